"""What can be wrong, as values: a place in a file, a diagnostic about it, and the exceptions that carry them.

Lines and columns count from 1; columns count characters, a tab being one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from attrs import field, frozen

Severity = Literal["error", "warning", "note", "style"]
Piece = tuple[str, str]  # what a stretch of a report is (a severity, "place", "caret" ...), and its text
_WINDOW = 120  # characters of a line that an excerpt shows


@frozen
class Span:
    """A stretch of one line of a file; ``end_column`` is exclusive."""

    file: str
    line: int
    column: int = 1
    end_column: int | None = None

    @property
    def width(self) -> int:
        """Number of characters covered, at least one."""
        return 1 if self.end_column is None else max(1, self.end_column - self.column)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@frozen
class Region:
    """A stretch of a file that may go over line ends; the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


@frozen
class Edit:
    """New text for a stretch of a line; an empty stretch inserts. With ``whole_line`` the line goes, and its end."""

    span: Span
    text: str = ""
    whole_line: bool = False

    @property
    def region(self) -> Region:
        """What is replaced, line ends included."""
        line, column = self.span.line, self.span.column
        if self.whole_line:
            return Region(line, 1, line + 1, 1)
        return Region(line, column, line, self.span.end_column or column)


@frozen
class Repair:
    """A change to a file that mends an error, tried before it is offered.

    ``title`` says in words what to write or do.
    """

    title: str
    edits: tuple[Edit, ...]


@frozen
class Diagnostic:
    """One finding about a model file: what is wrong, where, and what would mend it.

    ``excerpt`` holds ``(line number, text, remark)`` rows to show below the headline; the row of ``span.line`` gets a
    caret where it has no remark. ``hints`` and ``notes`` are whole sentences. ``repairs`` are hints that a machine can
    apply, the nearest first.
    """

    code: str
    severity: Severity
    message: str
    span: Span
    hints: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    excerpt: tuple[tuple[int, str, str], ...] = field(default=(), repr=False)
    repairs: tuple[Repair, ...] = ()

    @property
    def headline(self) -> str:
        """``file:line:column: severity code: message``, the first line of the report."""
        return f"{self.span}: {self.severity} {self.code}: {self.message}"

    @property
    def rows(self) -> tuple[tuple[Piece, ...], ...]:
        """The report by lines, each in pieces that say what they are; fit for a terminal."""
        headline = (
            ("place", f"{self.span}: "),
            (self.severity, f"{self.severity} {self.code}:"),
            ("message", f" {self.message}"),
        )
        indent = " " * (_gutter(self) + 2)
        hints = [(("gutter", f"{indent}= "), ("hint", f"hint: {hint}")) for hint in self.hints]
        notes = [(("gutter", f"{indent}= "), ("remark", note)) for note in self.notes]
        rows = (headline, *_excerpt_rows(self), *hints, *notes)
        return tuple(tuple((role, printable(text)) for role, text in row if text) for row in rows)

    def __str__(self) -> str:
        return "\n".join("".join(text for _, text in row) for row in self.rows)


def clip(text: str, width: int = 40) -> str:
    """A text for a message: what is longer than ``width`` is cut."""
    return text if len(text) <= width else f"{text[:width]}..."


def _gutter(diagnostic: Diagnostic) -> int:
    return max([len(str(number)) for number, _, _ in diagnostic.excerpt], default=1)


def _excerpt_rows(diagnostic: Diagnostic) -> list[tuple[Piece, ...]]:
    gutter = _gutter(diagnostic)
    first = max(0, diagnostic.span.column - _WINDOW // 2) if diagnostic.span.column > _WINDOW else 0
    texts = [text.replace("\t", " ")[first : first + _WINDOW].rstrip() for _, text, _ in diagnostic.excerpt]
    width = min(48, max([len(text) for text in texts], default=0))
    rows: list[tuple[Piece, ...]] = []
    for (number, _, remark), text in zip(diagnostic.excerpt, texts, strict=True):
        bar = f"  {number:>{gutter}} |"
        code = f" {text:<{width}}  " if remark else f" {text}".rstrip()
        rows.append((("gutter", bar), ("source", code), ("remark", remark)))
        if number == diagnostic.span.line and not remark:
            indent = " " * (diagnostic.span.column - first)
            caret = "^" * min(_WINDOW, diagnostic.span.width)
            rows.append((("gutter", f"  {' ' * gutter} |"), ("source", indent), ("caret", caret)))
    return rows


def printable(text: str) -> str:
    """A line as a terminal may have it: what cannot be seen, or would steer the terminal, as one visible character."""
    plain = text.replace("\t", " ").replace("\N{NO-BREAK SPACE}", " ")
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in plain)


class CnndslError(Exception):
    """Every failure that is not a bug of this project. ``exit_code`` is what the command line ends with."""

    exit_code = 1

    def __init__(self, message: str, *, code: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.hint = hint

    def __str__(self) -> str:
        headline = printable(f"error {self.code}: {self.message}" if self.code else f"error: {self.message}")
        return f"{headline}\n  = hint: {printable(self.hint)}" if self.hint else headline


class ModelError(CnndslError):
    """A model file that has errors; ``diagnostics`` holds everything found, warnings and notes included."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(str(diagnostic) for diagnostic in self.diagnostics))

    def __str__(self) -> str:
        return self.message


class SettingsError(CnndslError):
    """A setting that cannot be: out of range, or at odds with the model or the data (exit code 2)."""

    exit_code = 2


class InputError(CnndslError):
    """A file or data set that cannot be read, or is corrupt (exit code 3)."""

    exit_code = 3


class DivergedError(CnndslError):
    """Training produced a loss that is not finite (exit code 4)."""

    exit_code = 4


class OutputError(CnndslError):
    """Something that cannot be written (exit code 5)."""

    exit_code = 5

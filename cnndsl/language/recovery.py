"""What a file still says once its syntax errors are taken out: each is reported, and its line replaced."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

from attrs import evolve

from cnndsl.errors import Diagnostic
from cnndsl.language.brackets import (
    Fault,
    TooDeep,
    first_fault,
    heads_above,
    last_boundary,
    lines_together,
    unmatched_braces,
)
from cnndsl.language.build import LONGEST_SUM
from cnndsl.language.source import Source
from cnndsl.language.wording import (
    SECTIONS,
    Misfit,
    conflict_marker,
    explain,
    foreign_section,
    no_partner,
    sum_too_long,
    too_deep,
)

_MOST_ERRORS = 50
_MOST_WORK = 1 << 19  # characters to read again, where errors stand in one long statement
_MARKER = re.compile(r"(<{7}|={7}|>{7})(?=\s|$)")
_STATEMENT = re.compile(r"[\s}]*(?:([A-Za-z_][\w./]*)\s*:)?\s*(?:([A-Za-z_]\w*)(?:[ \t]+([A-Za-z_]\w*))?)?")
_INDEX = re.compile(r"\bas\s+([A-Za-z_]\w*)")
_NOTHING = "repeat 0 { }"


class Draft:
    """A file's lines while its errors are found.

    What stands above an error is right and need not be parsed again: ``rest`` begins with the statement that it is in.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.lines = list(source.lines)
        self.diagnostics: list[Diagnostic] = []
        self._first = 1
        self._work = 0
        self._hopeless = False
        self._replaced: Counter[int] = Counter()
        self._markers()
        self._brackets()

    @property
    def text(self) -> str:
        """What is left of the file."""
        return "\n".join(self.lines) + "\n"

    @property
    def rest(self) -> str:
        """What is left to parse."""
        return "\n".join(self.lines[self._first - 1 :]) + "\n"

    @property
    def readable(self) -> bool:
        """Whether it is worth going on: there are few errors, and each could be got rid of."""
        return not self._hopeless and len(self.diagnostics) < _MOST_ERRORS and self._work < _MOST_WORK

    def misfit(self, misfit: Misfit, parses: Callable[[str], bool]) -> None:
        """Report what cannot stand where it stands in ``rest``, and take its line out."""
        line = min(misfit.line + self._first - 1, len(self.lines))
        text = self.lines[line - 1]
        if text.lstrip().startswith("[") and self._section(line):
            return
        above = heads_above([*self.lines[self._first - 1 : line - 1], text[: misfit.column - 1]])
        placed = evolve(misfit, line=line)
        self.report(explain(self.source, text, placed, above[-1] if above else "", parses))
        self._go_on_at(line)

    def _section(self, first: int) -> bool:
        """Report the section of another framework that begins on a line, if one does, and take its lines out."""
        from cnndsl.language.dialects import translate_section  # few files have any

        found = translate_section(self.lines, first)
        if found is None:
            return False
        translation, last = found
        for line in range(first, last):
            self.lines[line] = ""
            self._replaced[line + 1] += 1
        self.report(foreign_section(self.source, first, translation.hint))
        self._go_on_at(last)
        return True

    def sum_too_long(self, line: int, column: int) -> None:
        """Report arithmetic without end in ``rest``, and take its line out."""
        line += self._first - 1
        self.report(sum_too_long(self.source, line, column, LONGEST_SUM))
        self._go_on_at(line)

    def _go_on_at(self, line: int) -> None:
        read = self.lines[self._first - 1 : line]
        self._work += sum(map(len, read)) + len(read)
        self._first += last_boundary(read)

    def report(self, diagnostic: Diagnostic) -> None:
        """Report an error and take its line out."""
        self._tell(diagnostic)
        self._replace(diagnostic.span.line)

    def _tell(self, diagnostic: Diagnostic) -> None:
        """Report an error, if it is the first of its line: what is left of others is not what was written."""
        if not self._replaced[diagnostic.span.line]:
            self.diagnostics.append(diagnostic)

    def _markers(self) -> None:
        """The markers that a failed merge leaves."""
        for number, line in enumerate(self.lines, 1):
            match = _MARKER.match(line)
            if match and self.readable:
                self._tell(conflict_marker(self.source, number, match[1]))
                self._replaced[number] += 1
                self.lines[number - 1] = _NOTHING

    def _brackets(self) -> None:
        for _ in range(_MOST_ERRORS):
            fault = first_fault(self.lines) if self.readable else None
            match fault:
                case None:
                    return
                case TooDeep(line, column):
                    self._tell(too_deep(self.source, line, column))
                    self._hopeless = True
                case Fault("{", ends=ends):
                    self._tell(no_partner(self.source, fault))
                    self.lines[ends - 1] = f"{_code(self.lines[ends - 1])} }}"
                case Fault("(" | "["):
                    self.report(no_partner(self.source, fault))
                case Fault(_, line, column):
                    text = self.lines[line - 1]
                    if column <= len(self.source.line(line)):  # and not put there by the case above
                        self._tell(no_partner(self.source, fault))
                    self.lines[line - 1] = f"{text[: column - 1]} {text[column:]}"
        self._hopeless = True

    def _replace(self, line: int) -> None:
        """Put something without meaning in the place of a line, and of those that brackets join to it."""
        above = self._first - 1
        together = [number + above for number in lines_together(self.lines[above:], line - above)]
        text = " ".join(_code(self.lines[number - 1]) for number in together)
        attempt = self._replaced[line]
        for number in together:
            self.lines[number - 1] = ""
            self._replaced[number] = max(1, self._replaced[number])
        self._replaced[line] = attempt + 1
        self._hopeless = attempt > 1
        self.lines[line - 1] = _stand_in(text, "" if attempt else _NOTHING)


def _code(text: str) -> str:
    """A line without its comment and its strings."""
    return re.sub(r'#.*|"[^"]*"', "", text)


def _stand_in(text: str, nothing: str) -> str:
    """A line with the brackets and the names of another, so that what follows has its place and finds them."""
    match = _STATEMENT.match(text)
    label, word, name = match.groups() if match else (None, None, None)
    closing, opening = unmatched_braces(text)
    before = "};" * closing
    if opening:
        return before + " ".join([_head(label, word, name, text), *(_inner_head(word) for _ in range(opening - 1))])
    if not nothing:
        return before
    stand_ins = {"let": f"let {name or '_'} = 0", "block": f"block {name or '_'} {{ }}", "path": "path { }"}
    return before + stand_ins.get(word or "", f"{label}: {nothing}" if label else nothing)


def _head(label: str | None, word: str | None, name: str | None, text: str) -> str:
    if word in SECTIONS or word == "path":
        return f"{word} {{"
    if word == "block":
        return f"block {name or '_'} {{"
    index = _INDEX.search(text)
    head = "branch add {" if word == "branch" else f"repeat 1 as {index[1]} {{" if index else "repeat 1 {"
    return f"{label}: {head}" if label else head


def _inner_head(word: str | None) -> str:
    return "path {" if word == "branch" else "repeat 1 {"

"""Brackets before anything else: which opening one has no partner, and what each line stands in.

A parser that meets an unclosed bracket reads on into what follows and blames that. Here each is matched first, line by
line, and whoever reads the file is told of the one that was opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import field, frozen

DEEPEST = 64
_PARTNERS = {")": "(", "]": "[", "}": "{"}
_BRACKET = re.compile(r'#[^\n]*|"[^"\n]*"|(?<!\x1b)([(){}\[\]])')  # `ESC [` is no bracket, but an escape sequence
_HEAD = re.compile(r"(?:.*[;{}])?\s*(?:[\w./]+\s*:\s*)?(block[ \t]+\w+|\w*)")
_STARTS_AT_THE_TOP = re.compile(r"(block|include|input|let|version)\b|(data|augment|train|require|sweep)[ \t]*\{")


@frozen
class Bracket:
    """An opening bracket and its place; of a ``{``, ``head`` is what it belongs to, such as ``block Basic``."""

    char: str
    line: int
    column: int
    head: str
    indent: int = field(repr=False)


@frozen
class Fault:
    """A bracket without a partner: an opening one that is never closed, a closing one that was never opened.

    Of an unclosed ``{``, ``ends`` is the line behind which its ``}`` seems to be missing.
    """

    char: str
    line: int
    column: int
    head: str = ""
    ends: int = 0


@frozen
class TooDeep:
    """A bracket inside more others than anybody needs."""

    line: int
    column: int


def first_fault(lines: list[str]) -> Fault | TooDeep | None:
    """The first thing that is wrong with the brackets of a file."""
    return _Matching(lines).run()


def heads_above(lines: list[str]) -> list[str]:
    """What the line behind these stands in, outermost first, such as ``["train"]``."""
    matching = _Matching(lines)
    matching.run()
    return [bracket.head for bracket in matching.open if bracket.char == "{"]


def last_boundary(lines: list[str]) -> int:
    """How many of the first lines are whole statements, the last line left out."""
    depth = boundary = 0
    for number, text in enumerate(lines):
        if depth == 0:
            boundary = number
        depth += sum(-1 if char in _PARTNERS else 1 for _, char in _brackets_in(text))
    return boundary


def lines_together(lines: list[str], line: int) -> range:
    """The lines that round and square brackets join to a line, whose brackets are all matched."""
    depth, first = 0, 1
    for number, text in enumerate(lines, 1):
        first = number if depth == 0 else first
        depth += sum({"(": 1, "[": 1, ")": -1, "]": -1}.get(char, 0) for _, char in _brackets_in(text))
        if number >= line and depth <= 0:
            return range(first, number + 1)
    return range(line, line + 1)


def unmatched_braces(text: str) -> tuple[int, int]:
    """How many ``}`` of a line close what is above, and how many ``{`` stay open behind it."""
    closing = opening = 0
    for _, char in _brackets_in(text):
        if char == "{":
            opening += 1
        elif char == "}" and opening:
            opening -= 1
        elif char == "}":
            closing += 1
    return closing, opening


class _Matching:
    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.open: list[Bracket] = []
        self.doubtful: Bracket | None = None  # its `}` stands further to the left than its line

    def run(self) -> Fault | TooDeep | None:
        for number, text in enumerate(self.lines, 1):
            for column, char in _brackets_in(text):
                fault = self.closing(number, column, char) if char in _PARTNERS else self.opening(number, column, char)
                if fault:
                    return fault
        return self.unclosed(self.open[0]) if self.open else None

    def opening(self, number: int, column: int, char: str) -> Fault | TooDeep | None:
        if char == "{" and self.open and self.open[-1].char != "{":
            return self.unclosed(self.open[-1])
        text = self.lines[number - 1]
        match = _HEAD.match(text[: column - 1])
        self.open.append(Bracket(char, number, column, match[1] if match else "", _indent(text)))
        return TooDeep(number, column) if len(self.open) > DEEPEST else None

    def closing(self, number: int, column: int, char: str) -> Fault | None:
        if not self.open:
            return Fault(char, number, column)
        last = self.open[-1]
        if last.char != _PARTNERS[char]:
            return Fault(char, number, column) if last.char == "{" else self.unclosed(last)
        self.open.pop()
        text = self.lines[number - 1]
        if char == "}" and text.lstrip().startswith("}") and _indent(text) < last.indent and not self.doubtful:
            self.doubtful = last
        return None

    def unclosed(self, bracket: Bracket) -> Fault:
        if bracket.char == "{" and self.doubtful:
            bracket = self.doubtful
        ends = self.end_of(bracket) if bracket.char == "{" else bracket.line
        return Fault(bracket.char, bracket.line, bracket.column, bracket.head, ends)

    def end_of(self, bracket: Bracket) -> int:
        """The last line that seems to be inside: before one that is no deeper, or can only stand at the top."""
        below = [
            (number, _indent(text), text.strip())
            for number, text in enumerate(self.lines[bracket.line :], bracket.line + 1)
            if text.split("#")[0].strip()
        ]
        indented = bool(below) and below[0][1] > bracket.indent
        last = bracket.line
        for number, indent, code in below:
            ends = indent < bracket.indent if code.startswith("}") else indent <= bracket.indent
            if (indented and ends) or _STARTS_AT_THE_TOP.match(code):
                break
            last = number
        return last


def _brackets_in(text: str) -> Iterator[tuple[int, str]]:
    """Column and character of each bracket of a line, outside of its comment and strings."""
    for match in _BRACKET.finditer(text):
        if match[1]:
            yield match.start() + 1, match[1]


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())

"""A file's text as tokens that keep everything: comments and line ends too, which the parser does not see."""

from __future__ import annotations

import re
from typing import Literal

from attrs import frozen

Sort = Literal["comment", "newline", "string", "label", "number", "name", "reference", "sign", "mark"]

_PATTERN = re.compile(
    r"""
      (?P<comment>\#[^\r\n]*)
    | (?P<newline>\r?\n)
    | (?P<string>"[^"\n]*")
    | (?P<label>[A-Za-z_][A-Za-z0-9_./]*[ \t\ufeff\u00a0]*:)
    | (?P<reference>\$[A-Za-z_][A-Za-z0-9_]*|@[A-Za-z_][A-Za-z0-9_./]*)
    | (?P<number>[+-]?(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?:x[0-9]+)*)
    | (?P<name>[A-Za-z_][A-Za-z0-9_.]*)
    | (?P<sign>[-+*/%])
    | (?P<mark><=|>=|==|[^ \t\ufeff\u00a0\r])
    """,
    re.VERBOSE,
)
_OPERANDS = {"number", "reference", "name"}


@frozen
class Token:
    """A piece of text and its place. ``mark`` is any punctuation but the signs of arithmetic."""

    sort: Sort
    text: str
    line: int
    column: int

    @property
    def end_column(self) -> int:
        """The column behind the last character."""
        return self.column + len(self.text)


def tokens_of(text: str) -> tuple[Token, ...]:
    """The tokens of a text whose syntax is right."""
    found: list[Token] = []
    line, begin, depth, position = 1, 0, 0, 0
    while match := _PATTERN.search(text, position):
        sort = match.lastgroup
        if sort == "number" and match[0][0] in "+-" and depth and found and _ends_operand(found[-1]):
            sort, end = "sign", match.start() + 1  # `($w-1)` subtracts; `Conv 6 5 1 -2` does not
        else:
            end = match.end()
        found.append(Token(sort, text[match.start() : end], line, match.start() - begin + 1))  # type: ignore[arg-type]
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(found[-1].text, 0)
        if sort == "newline":
            line, begin = line + 1, end
        position = end
    return tuple(found)


def _ends_operand(token: Token) -> bool:
    return token.sort in _OPERANDS or token.text in {")", "]"}

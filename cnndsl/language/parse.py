"""Text to syntax, with every syntax error of a file in one run. The only file that imports lark.

A line that does not parse is reported, blanked and the rest is parsed again: statements are lines, so what follows
keeps its meaning.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedInput, UnexpectedToken, v_args

from cnndsl.errors import Diagnostic, Span
from cnndsl.language.source import Source
from cnndsl.language.syntax import Argument, Input, Layer, Scalar, Statement, Version, Word

NEWEST_VERSION = 1
_MOST_ERRORS = 50
_CONFLICT_MARKER = re.compile(r"(<{7}|={7}|>{7})(?=\s|$)")


def parse(source: Source) -> tuple[tuple[Statement, ...], tuple[Diagnostic, ...]]:
    """The statements of a file, and what is wrong with its syntax."""
    lines = source.lines
    diagnostics = _conflict_markers(source, lines)
    while True:
        try:
            statements = _lark().parse("\n".join(lines) + "\n")
            break
        except UnexpectedInput as error:
            if len(diagnostics) >= _MOST_ERRORS:
                statements = ()
                break
            diagnostics.append(_explain(source, lines, error))
            lines[diagnostics[-1].span.line - 1] = ""
    placed = tuple(_Placer(source.name).place(statement) for statement in statements)
    diagnostics += _versions(source, placed)
    return placed, tuple(sorted(diagnostics, key=lambda diagnostic: diagnostic.span.line))


@cache
def _lark() -> Lark:
    return Lark(_grammar(), parser="lalr", lexer="contextual", transformer=_Build(), maybe_placeholders=True)


def _grammar() -> str:
    """The grammar: inside the package once installed, beside it in a checkout."""
    package = files("cnndsl")
    installed = package / "grammar" / "model.lark"
    if installed.is_file():
        return installed.read_text(encoding="utf-8")
    return (package / ".." / "grammar" / "model.lark").read_text(encoding="utf-8")


# While lark runs, nodes carry tokens; they get their file name afterwards, so that one parser serves every file.
@v_args(inline=True)
class _Build(Transformer[Token, Any]):
    def start(self, *statements: Any) -> tuple[Any, ...]:
        return statements

    def version(self, number: Token) -> Any:
        return ("version", number)

    def input(self, shape: Token) -> Any:
        return ("input", shape)

    def named(self, name: Token, value: Token) -> Any:
        return (name, value)

    def layer(self, label: Token | None, name: Token, *arguments: Any) -> Any:
        return ("layer", label, name, arguments)


class _Placer:
    """Turns what :class:`_Build` made into syntax with spans in a named file."""

    def __init__(self, file: str) -> None:
        self.file = file

    def place(self, raw: tuple[Any, ...]) -> Statement:
        match raw:
            case ("version", number):
                return Version(int(number), self.span(number))
            case ("input", shape):
                return Input(tuple(int(part) for part in shape.split("x")), self.span(shape))
            case (_, label, name, arguments):
                text = None if label is None else str(label).rstrip(": \t")
                return Layer(str(name), tuple(map(self.argument, arguments)), self.span(name), text)
        raise AssertionError(raw)

    def argument(self, raw: Token | tuple[Token, Token]) -> Argument:
        if isinstance(raw, Token):
            return Argument(_value(raw), self.span(raw))
        name, value = raw
        return Argument(_value(value), self.span(value), str(name))

    def span(self, token: Token) -> Span:
        return Span(self.file, token.line or 1, token.column or 1, token.end_column)


def _value(token: Token) -> Scalar | Word:
    text = str(token)
    match token.type:
        case "INT":
            return int(text.replace("_", ""))
        case "FLOAT":
            return float(text.replace("_", ""))
        case "SHAPE":
            return tuple(int(part) for part in text.split("x"))
        case "BOOL":
            return text == "true"
        case "STRING":
            return text[1:-1]
    return Word(text)


def _conflict_markers(source: Source, lines: list[str]) -> list[Diagnostic]:
    """Report and blank the markers that a failed merge leaves."""
    found = []
    for number, line in enumerate(lines, 1):
        marker = _CONFLICT_MARKER.match(line)
        if marker:
            message = f"merge conflict marker `{marker.group(1)}`"
            found.append(_at(source, number, 1, 7, "P003", message, "resolve the conflict and delete the marker"))
            lines[number - 1] = ""
    return found


def _versions(source: Source, statements: tuple[Statement, ...]) -> list[Diagnostic]:
    return [
        _at(
            source,
            statement.span.line,
            statement.span.column,
            statement.span.width,
            "P006",
            f"the file says `version {statement.number}`, this cnndsl reads up to {NEWEST_VERSION}",
            "upgrade cnndsl, or remove what newer versions brought",
        )
        for statement in statements
        if isinstance(statement, Version) and not 1 <= statement.number <= NEWEST_VERSION
    ]


def _explain(source: Source, lines: list[str], error: UnexpectedInput) -> Diagnostic:
    line, column = min(max(1, error.line), len(lines)), max(1, error.column)
    text = lines[line - 1]
    if isinstance(error, UnexpectedToken) and error.token.type in {"_NL", "$END"}:
        # The newline token is where the next line begins as far as its count goes; the fault ends this one.
        column = len(text.split("#")[0].rstrip()) + 1
        return _at(source, line, column, 1, "P001", _ends_early(text), "finish the line, such as `Conv 6 5 1 2`")
    if text[column - 1 :].startswith("//"):
        return _at(source, line, column, 2, "P004", "`//` is not a comment here", "a comment starts with `#`")
    wrong = error.char if isinstance(error, UnexpectedCharacters) else str(getattr(error, "token", text[column - 1 :]))
    before = text[: column - 1].split()
    place = f"after `{before[-1]}`" if before else "at the start of the line"
    message = f"unexpected `{_visible(wrong)}` {place}"
    return _at(source, line, column, len(wrong), "P001", message, _mend(text))


def _ends_early(text: str) -> str:
    before = text.split("#", maxsplit=1)[0].split()
    return f"the line ends after `{before[-1]}`, where a value should follow" if before else "an empty statement"


def _visible(text: str) -> str:
    """Printable ASCII as it is; anything that could be mistaken or not be seen with its code point."""
    return text if text.isascii() and text.isprintable() else " ".join(f"{c} (U+{ord(c):04X})" for c in text[:3])


def _mend(text: str) -> str:
    """The line in this language's spelling, where brackets and commas are all that is wrong with it."""
    code = text.split("#", maxsplit=1)[0]
    plain = " ".join(re.sub(r"\s*=\s*", "=", re.sub(r"[(),]", " ", code)).split())
    if plain != " ".join(code.split()) and re.fullmatch(r"[A-Za-z_][\w.]*( [\w.+-]+)*( \w+=[\w.+-]+)*", plain):
        return f"arguments are separated by spaces: `{plain}`"
    return "a line is `[label:] Layer values name=value`, such as `Conv 6 5 1 2`"


def _at(source: Source, line: int, column: int, width: int, code: str, message: str, hint: str) -> Diagnostic:
    span = Span(source.name, line, column, column + max(1, width))
    return Diagnostic(code, "error", message, span, hints=(hint,), excerpt=((line, source.line(line), ""),))

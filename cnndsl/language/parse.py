"""Text to syntax, with every syntax error of a file in one run. The only file that imports lark.

A line that does not parse is reported, blanked and the rest is parsed again: statements are lines, so what follows
keeps its meaning.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, cast

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedInput, UnexpectedToken, v_args

from cnndsl.errors import Diagnostic, Span, clip
from cnndsl.language.source import Source
from cnndsl.language.syntax import Argument, Input, Layer, Scalar, Statement, Version, Word

NEWEST_VERSION = 1
_MOST_ERRORS = 50
_CONFLICT_MARKER = re.compile(r"(<{7}|={7}|>{7})(?=\s|$)")
_VALUES = {"INT", "FLOAT", "SHAPE", "BOOL", "STRING"}
_FORMS = {
    "version": "write `version 1`",
    "input": "write channels x height x width, such as `input 3x32x32`",
}


def parse(source: Source) -> tuple[tuple[Statement, ...], tuple[Diagnostic, ...]]:
    """The statements of a file, and what is wrong with its syntax."""
    lines = list(source.lines)
    diagnostics = _conflict_markers(source, lines)
    raw = None
    while raw is None and len(diagnostics) < _MOST_ERRORS:
        try:
            raw = _lark().parse("\n".join(lines) + "\n")
        except UnexpectedInput as error:
            diagnostics.append(_explain(source, lines, error))
            lines[diagnostics[-1].span.line - 1] = ""
    # What the transformer made, typed as the tree that it stands for.
    placed = tuple(_Placer(source.name).place(statement) for statement in cast("tuple[Any, ...]", raw or ()))
    diagnostics += _versions(source, placed)
    return placed, tuple(sorted(diagnostics, key=lambda diagnostic: diagnostic.span.line))


@cache
def _lark() -> Lark:
    return Lark(_grammar(), parser="lalr", lexer="contextual", transformer=_Build(), maybe_placeholders=True)


def _grammar() -> str:
    """The grammar: inside the package once installed, beside it in a checkout."""
    # Not importlib.resources, which takes as long to import as a small file to check.
    package = Path(__file__).parents[1]
    installed = package / "grammar" / "model.lark"
    grammar = installed if installed.is_file() else package.parent / "grammar" / "model.lark"
    return grammar.read_text(encoding="utf-8")


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
                placed = tuple(map(self.argument, arguments))
                if label is None:
                    return Layer(str(name), placed, self.span(name))
                text = str(label).rstrip(": \t")
                return Layer(str(name), placed, self.span(name), text, self.span(label, len(text)))
        raise AssertionError(raw)

    def argument(self, raw: Token | tuple[Token, Token]) -> Argument:
        if isinstance(raw, Token):
            return Argument(_value(raw), self.span(raw))
        name, value = raw
        return Argument(_value(value), self.span(value), str(name), self.span(name))

    def span(self, token: Token, width: int | None = None) -> Span:
        column = token.column or 1
        return Span(self.file, token.line or 1, column, column + (len(token) if width is None else width))


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
        if str(error.token) != ";":
            # The newline token is where the next line begins as far as its count goes; the fault ends this one.
            column = len(_code(text)) + 1
        message, hint = _ends_early(text[: column - 1], error)
        return _at(source, line, column, 1, "P001", message, hint)
    if text[column - 1 :].startswith("//"):
        return _at(source, line, column, 2, "P004", "`//` is not a comment here", "a comment starts with `#`")
    wrong = error.char if isinstance(error, UnexpectedCharacters) else str(getattr(error, "token", text[column - 1 :]))
    message, hint = _misplaced(text, column, wrong, getattr(getattr(error, "token", None), "type", ""))
    return _at(source, line, column, len(wrong), "P001", message, hint)


def _code(text: str) -> str:
    """A line without its comment."""
    return text.split("#", maxsplit=1)[0].rstrip()


def _words(text: str) -> list[str]:
    return re.findall(r"[^\s;\ufeff]+|;", text)


def _ends_early(before: str, error: UnexpectedToken) -> tuple[str, str]:
    """Message and hint for a statement that stops too soon."""
    words = _words(before)
    last = clip(words[-1]) if words else ""
    if last.endswith(":"):
        return f"a layer should follow the label `{last}`", "write both on one line, such as `stem: Conv 6 5 1 2`"
    if error.expected == {"EQUAL"}:
        hint = "values without a name come before the first `name=`; a second layer takes a line of its own"
        return f"after `{last}`, `=` and a value should follow", hint
    hint = _FORMS.get(last, "finish the line, such as `Conv 6 5 1 2 bias=false`")
    return f"the line ends after `{last}`, where a value should follow", hint


def _misplaced(text: str, column: int, wrong: str, kind: str) -> tuple[str, str]:
    """Message and hint for what cannot stand where it stands."""
    words = _words(text[: column - 1])
    statement = _words(text[: column - 1].rpartition(";")[2])
    place = f"after `{clip(words[-1])}`" if words else "at the start of the line"
    message = f"unexpected {_visible(wrong)} {place}"
    if kind in _VALUES and any("=" in word for word in statement):
        return message, "values without a name come before the first `name=`"
    if wrong in {"x", "X", "\N{MULTIPLICATION SIGN}"} and words and words[-1].isdecimal():
        return message, "a size is written without spaces and with a small x, such as `5x3`"
    return message, _FORMS.get("".join(statement[:1]), "") or _mend(text)


def _visible(text: str) -> str:
    """What stands there, in backquotes; where it could be mistaken or not be seen, with its code point or as that."""
    if text.isascii() and text.isprintable():
        return f"`{clip(text)}`"
    return " ".join(f"`{c}` (U+{ord(c):04X})" if c.isprintable() else f"U+{ord(c):04X}" for c in text[:3])


def _mend(text: str) -> str:
    """The line in this language's spelling, where brackets and commas are all that is wrong with it."""
    code = _code(text)
    plain = " ".join(re.sub(r"\s*=\s*", "=", re.sub(r"[(),]", " ", code)).split())
    if plain != " ".join(code.split()) and _parses(plain):
        return f"arguments are separated by spaces: `{plain}`"
    return "a line is `[label:] Layer values name=value`, such as `Conv 6 5 1 2`"


def _parses(line: str) -> bool:
    try:
        _lark().parse(f"{line}\n")
    except UnexpectedInput:
        return False
    return True


def _at(source: Source, line: int, column: int, width: int, code: str, message: str, hint: str) -> Diagnostic:
    span = Span(source.name, line, column, column + max(1, width))
    return Diagnostic(code, "error", message, span, hints=(hint,), excerpt=((line, source.line(line), ""),))

"""What each rule of the grammar makes: syntax that waits for the name of its file.

One parser serves every file, so a rule makes a function from the file's name to the syntax (``Made``). Of arithmetic it
makes a ``Sum``, which knows how deep it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from attrs import evolve, frozen

from cnndsl.errors import Span
from cnndsl.language import syntax
from cnndsl.language.syntax import Argument

LONGEST_SUM = 64  # operations one in the other: whoever reads them goes down a level for each


class Token(Protocol):
    """A piece of text with its place, as the lexer makes them: a ``str``."""

    type: str
    line: int
    column: int

    def __len__(self) -> int: ...


Made = Callable[[str], Any]


@frozen
class Sum:
    """An expression and the number of operations from its root to its deepest leaf."""

    make: Made
    depth: int = 0


class TooLongError(ValueError):
    """An expression of too many operations; ``token`` is the sign of one."""

    def __init__(self, token: Token) -> None:
        super().__init__(str(token))
        self.token = token


def _span(file: str, first: Token, last: Token | None = None) -> Span:
    """From the first token to the end of the last, if that is on the same line."""
    end = first if last is None else last
    return Span(file, first.line, first.column, end.column + len(end) if end.line == first.line else None)


def _all(made: tuple[Made, ...], file: str) -> tuple[Any, ...]:
    return tuple([make(file) for make in made])


def _labelled(file: str, label: Token | None) -> dict[str, Any]:
    if label is None:
        return {}
    text = str(label).rstrip(": \t\ufeff\N{NO-BREAK SPACE}")
    return {"label": text, "label_span": Span(file, label.line, label.column, label.column + len(text))}


def _start(*statements: Made) -> tuple[Made, ...]:
    return statements


def _version(number: Token) -> Made:
    return lambda file: syntax.Version(_integer(str(number)), _span(file, number))


def _input(shape: Token) -> Made:
    return lambda file: syntax.Input(tuple(map(_integer, str(shape).split("x"))), _span(file, shape))


def _let(name: Token, value: Made) -> Made:
    return lambda file: syntax.Let(str(name), value(file), _span(file, name))


def _include(path: Token) -> Made:
    return lambda file: syntax.Include(str(path)[1:-1], _span(file, path))


def _block(name: Token, *rest: Made | None) -> Made:
    *given, body = (made for made in rest if made)  # without parameters, a place is held for them
    parameters = tuple(given)
    return lambda file: syntax.Block(str(name), _all(parameters, file), body(file), _span(file, name))


def _parameter(name: Token, default: Made | None = None) -> Made:
    return lambda file: syntax.Parameter(str(name), default(file) if default else None, _span(file, name))


def _sequence(*made: Made) -> Made:
    return lambda file: _all(made, file)


def _layer(label: Token | None, name: Token, *arguments: Made) -> Made:
    return lambda file: syntax.Layer(str(name), _all(arguments, file), _span(file, name), **_labelled(file, label))


def _line(name: Token, *arguments: Made) -> Made:
    return _layer(None, name, *arguments)


def _repeat(label: Token | None, word: Token, count: Made, index: Token | None, body: Made) -> Made:
    name = None if index is None else str(index)
    return lambda file: syntax.Repeat(count(file), name, body(file), _span(file, word), **_labelled(file, label))


def _residual(label: Token | None, word: Token, *rest: Made) -> Made:
    arguments, body = rest[:-1], rest[-1]
    return lambda file: syntax.Residual(_all(arguments, file), body(file), _span(file, word), **_labelled(file, label))


def _branch(label: Token | None, word: Token, join: Token, *rest: Made) -> Made:
    arguments, paths = rest[:-1], rest[-1]

    def make(file: str) -> syntax.Branch:
        given = _all(arguments, file)
        place = _span(file, join)
        return syntax.Branch(str(join), place, given, paths(file), _span(file, word), **_labelled(file, label))

    return make


def _path(word: Token, body: Made) -> Made:
    return lambda file: syntax.Path(body(file), _span(file, word))


def _section(name: Token, *entries: Made) -> Made:
    return lambda file: syntax.Section(str(name), _all(entries, file), _span(file, name))


def _setting(name: Token, value: Made) -> Made:
    return lambda file: syntax.Setting(_named(name, value)(file))


def _claim(name: Token, sign: Token, value: Made) -> Made:
    return lambda file: syntax.Claim(str(name), str(sign), value(file), _span(file, name))


def _forbid(name: Token) -> Made:
    return lambda file: syntax.Forbid(str(name), _span(file, name))


def _named(name: Token, value: Made) -> Made:
    return lambda file: evolve(value(file), name=str(name), name_span=_span(file, name))


def _call(name: Token, *rest: Made | None) -> Made:
    arguments = tuple(made for made in rest if made)

    def make(file: str) -> Argument:
        span = _span(file, name)
        return Argument(syntax.Call(str(name), _all(arguments, file), span), span)

    return make


def _items(begin: Token, *rest: Any) -> Made:
    values, end = tuple(made for made in rest[:-1] if made), rest[-1]
    return lambda file: Argument(syntax.Items(_all(values, file)), _span(file, begin, end))


def _literal(token: Token) -> Made:
    value = _value(token)
    return lambda file: Argument(value, _span(file, token))


def _group(begin: Token, inner: Sum, end: Token) -> Made:
    return lambda file: Argument(inner.make(file), _span(file, begin, end))


def _operation(left: Sum, sign: Token, right: Sum) -> Sum:
    depth = max(left.depth, right.depth) + 1
    if depth > LONGEST_SUM:
        raise TooLongError(sign)
    return Sum(lambda file: syntax.Operation(str(sign), left.make(file), right.make(file), _span(file, sign)), depth)


def _factor(token: Token) -> Sum:
    value = _value(token)
    return Sum(lambda _file: value)


def _inner(_begin: Token, inner: Sum, _end: Token) -> Sum:
    return inner


def _integer(text: str) -> int:
    return int(text.replace("_", ""))


def _value(token: Token) -> syntax.Value:
    return _LITERALS.get(token.type, syntax.Word)(str(token))


_LITERALS: dict[str, Callable[[str], syntax.Value]] = {
    "INT": _integer,
    "FLOAT": lambda text: float(text.replace("_", "")),
    "SHAPE": lambda text: tuple(map(_integer, text.split("x"))),
    "BOOL": lambda text: text == "true",
    "STRING": lambda text: text[1:-1],
    "VARIABLE": lambda text: syntax.Variable(text[1:]),
    "REFERENCE": lambda text: syntax.Reference(text[1:]),
}

#: By the names of the rules.
RULES: dict[str, Callable[..., Any]] = {
    "start": _start,
    "version": _version,
    "input": _input,
    "let": _let,
    "include": _include,
    "block": _block,
    "parameter": _parameter,
    "body": _sequence,
    "layer": _layer,
    "repeat": _repeat,
    "residual": _residual,
    "branch": _branch,
    "paths": _sequence,
    "path": _path,
    "section": _section,
    "setting": _setting,
    "claim": _claim,
    "forbid": _forbid,
    "line": _line,
    "named": _named,
    "call": _call,
    "items": _items,
    "literal": _literal,
    "group": _group,
    "operation": _operation,
    "factor": _factor,
    "inner": _inner,
}

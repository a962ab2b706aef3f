"""Values: variables looked up, arithmetic done.

What a value cannot be is raised as a :class:`FaultError`. What is not known, since an error elsewhere or a block that
nobody calls leaves it open, is ``UNKNOWN``, and so is whatever is computed from it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from functools import cache
from itertools import islice
from math import isfinite
from typing import Any, Literal

from attrs import evolve, field, frozen

from cnndsl.errors import Span, clip
from cnndsl.language.syntax import Argument, Call, Items, Operation, Value, Variable
from cnndsl.language.text import write_value

LARGEST = 10**15  # of a number in arithmetic: whole numbers up to here are exact as floats too
_MOST_NAMES = 12  # that a hint lists


class Unknown(Enum):
    """The sort of ``UNKNOWN``."""

    UNKNOWN = "unknown"

    def __str__(self) -> str:
        return "an unknown value"


UNKNOWN: Literal[Unknown.UNKNOWN] = Unknown.UNKNOWN


class FaultError(Exception):
    """Something wrong at a place, on its way to whoever collects diagnostics.

    ``hint`` may be a function: names that are close take a while to find, and of thousands of faults nobody reads them.
    So may ``instead``, which is what was probably meant by the text at the place, if anything can be said.
    """

    def __init__(
        self,
        code: str,
        message: str,
        span: Span,
        hint: str | Callable[[], str] = "",
        notes: tuple[str, ...] = (),
        *,
        instead: str | Callable[[], str] = "",
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.span = span
        self.hint = hint
        self.notes = notes
        self.instead = instead


@frozen
class Scope:
    """The variables that can be seen from a place: those of a block and its loops, then those of the file above it.

    The file's come with the number of the statement that sets them; those from ``before`` on stand below. ``elsewhere``
    says of names where else they can be seen: ``ch`` is "defined in block Basic only".
    """

    own: Mapping[str, Any] = field(factory=dict)
    file: Mapping[str, tuple[int, Any]] = field(factory=dict, eq=False, repr=False)
    before: int = 0
    elsewhere: Mapping[str, str] = field(factory=dict, eq=False, repr=False)

    def with_values(self, values: Mapping[str, Any]) -> Scope:
        """The scope with more variables, or other values."""
        return evolve(self, own={**self.own, **values})

    def get(self, name: str) -> Any:
        """The value of a variable; ``KeyError`` where there is none."""
        if name in self.own:
            return self.own[name]
        order, value = self.file[name]
        if order >= self.before:
            raise KeyError(name)
        return value

    @property
    def names(self) -> tuple[str, ...]:
        """Every variable that can be seen."""
        return (*self.own, *(name for name, (order, _) in self.file.items() if order < self.before))


@frozen
class Given:
    """An argument with what it comes to: a literal, a word, the value that a reference means, or ``UNKNOWN``."""

    value: Any
    span: Span
    name: str | None = None
    name_span: Span | None = None

    @property
    def place(self) -> Span:
        """The place of the name, or of the value where there is none."""
        return self.name_span or self.span


def evaluate(argument: Argument, scope: Scope) -> Any:
    """The value of an argument, its variables looked up and its arithmetic done."""
    value = argument.value
    if isinstance(value, Call):
        return evolve(value, arguments=_evaluated(value.arguments, scope))
    if isinstance(value, Items):
        return Items(_evaluated(value.values, scope))
    return _value(value, argument.span, scope)


def _evaluated(arguments: tuple[Argument, ...], scope: Scope) -> tuple[Argument, ...]:
    return tuple([evolve(argument, value=evaluate(argument, scope)) for argument in arguments])


def variables_in(value: Any) -> Iterator[str]:
    """The names of the variables in an expression."""
    if isinstance(value, Variable):
        yield value.name
    elif isinstance(value, Operation):
        yield from variables_in(value.left)
        yield from variables_in(value.right)


def _value(value: Value, span: Span, scope: Scope) -> Any:
    if isinstance(value, Variable):
        try:
            return scope.get(value.name)
        except KeyError:
            raise _undefined(value.name, span, scope) from None
    if isinstance(value, Operation):
        return _calculate(value, span, scope)
    return value


def _calculate(operation: Operation, span: Span, scope: Scope) -> Any:
    left, right = (_operand(part, span, scope) for part in (operation.left, operation.right))
    if left is UNKNOWN or right is UNKNOWN:
        return UNKNOWN
    if operation.sign in "/%" and right == 0:
        raise FaultError("A103", f"division by zero: `{write_value(left)} {operation.sign} 0`", operation.span)
    result = _whole(_OPERATIONS[operation.sign](left, right))
    if not isfinite(result) or abs(result) > LARGEST:
        message = f"`{clip(write_value(left))} {operation.sign} {clip(write_value(right))}` is beyond {LARGEST:,}"
        raise FaultError("A103", message, operation.span)
    return result


def _operand(value: Value, span: Span, scope: Scope) -> Any:
    found = _value(value, span, scope)
    if found is UNKNOWN:
        return found
    if isinstance(found, bool) or not isinstance(found, int | float):
        name = f"${value.name}" if isinstance(value, Variable) else "this"
        raise FaultError("A106", f"arithmetic takes numbers, and `{name}` is {write_value(found)}", span)
    if not abs(found) <= LARGEST:
        raise FaultError("A103", f"`{clip(write_value(found))}` is beyond {LARGEST:,}", span)
    return found


def _whole(number: float) -> float:
    """A whole number as one: ``0.5 * 32`` is 16, which a layer can count with."""
    return int(number) if isinstance(number, float) and number.is_integer() and abs(number) <= LARGEST else number


_OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,  # of numbers up to LARGEST, and so exact where it comes out whole
    "%": operator.mod,
}


def _undefined(name: str, span: Span, scope: Scope) -> FaultError:
    def instead() -> str:
        close = closest(name, scope.names)
        # In arithmetic, the place is all of it.
        return f"${close}" if close and span.width == len(name) + 1 else ""

    def hint() -> str:
        names = scope.names
        close = closest(name, names)
        known = f"known: {listed(f'${known}' for known in names)}" if names else f"add `let {name} = ...` above"
        where = scope.elsewhere.get(name)
        return f"{where}; {known}" if where else f"did you mean `${close}`? {known}" if close else known

    return FaultError("N015", f"variable `${name}` is not defined here", span, hint, instead=instead)


def listed(names: Iterable[str]) -> str:
    """Names for a message, not all if there are many."""
    shown = [clip(name) for name in islice(names, _MOST_NAMES + 1)]
    return ", ".join([*shown[:_MOST_NAMES], *(["..."] if len(shown) > _MOST_NAMES else [])])


@cache
def closest(name: str, known: tuple[str, ...]) -> str | None:
    """The name that somebody may have meant, whatever its case."""
    from difflib import get_close_matches

    lowered = {candidate.lower(): candidate for candidate in known}
    matches = get_close_matches(clip(name.lower()), lowered, n=1, cutoff=0.6)
    return lowered[matches[0]] if matches else None

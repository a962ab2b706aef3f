"""Patterns of operators: finding them, and having one operator stand for the whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from math import isclose
from typing import Any

from attrs import evolve, field, frozen

from cnndsl.exchange.model import Model, Operator, with_what_is_needed
from cnndsl.layers._kind import Array

#: How far apart numbers are that are meant to be one: constants of single precision, some of them rounded.
CLOSE = 1e-5


@frozen(eq=False)
class Surroundings:
    """What makes each value of a model, and how many take it; the output has a user outside.

    To be asked for its shape is no use of a value: mostly it is the pattern itself that asks.
    """

    model: Model
    _makers: dict[str, Operator] = field(init=False)
    _users: Counter[str] = field(init=False)

    @_makers.default
    def _all_makers(self) -> dict[str, Operator]:
        return {operator.output: operator for operator in self.model.operators}

    @_users.default
    def _all_users(self) -> Counter[str]:
        takers = (operator for operator in self.model.operators if operator.kind != "Shape")
        return Counter([*(name for operator in takers for name in operator.inputs), self.model.output])

    def inner(self, name: str, *kinds: str) -> Operator | None:
        """The operator that makes a value for one user alone, if it is of one of these kinds."""
        maker = self._makers.get(name)
        return maker if maker and maker.kind in kinds and self._users[name] == 1 else None

    def constant(self, name: str) -> Array | None:
        """The constant of a name, if it is one."""
        return self.model.constants.get(name)

    def is_number(self, name: str, value: float) -> bool:
        """Whether this is a constant of this one number."""
        array = self.constant(name)
        if array is None or array.size != 1 or array.dtype.kind != "f":
            return False
        return isclose(array.item(), value, rel_tol=CLOSE)

    def is_all(self, name: str, value: float) -> bool:
        """Whether this is a constant of this number again and again."""
        array = self.constant(name)
        return array is not None and bool((array == value).all())

    def asks_shape(self, name: str, value: str) -> bool:
        """Whether this is the shape of a value."""
        made = self._makers.get(name)
        if made is None or (made.kind, made.inputs) != ("Shape", (value,)):
            return False
        return made.whole("start", 0) == 0 and "end" not in made.attributes

    def sizes(self, name: str) -> tuple[int, ...]:
        """A shape or axes: a constant, or the batch, which is -1, in front of constants; empty where it is neither."""
        made = self._makers.get(name)
        if made and made.kind == "Concat" and self._is_batch(made.input(0)):
            parts = [self.sizes(part) for part in made.inputs[1:]]
            return (-1, *(size for part in parts for size in part)) if all(parts) else ()
        array = self.constant(name)
        return tuple(array.tolist()) if array is not None and array.ndim == 1 and array.dtype.kind == "i" else ()

    def _is_batch(self, name: str) -> bool:
        """Whether this is the number of images, asked of some value."""
        made = self._makers.get(name)
        while made and made.kind in {"Unsqueeze", "Squeeze", "Reshape", "Cast"}:
            made = self._makers.get(made.input(0))
        if made and made.kind == "Shape":
            return (made.whole("start", 0), made.whole("end", 0)) == (0, 1)
        asked = self._makers.get(made.input(0)) if made and made.kind == "Gather" else None
        place = self.constant(made.input(1)) if made else None
        return bool(asked and asked.kind == "Shape" and place is not None and place.size == 1 and not place.any())


#: What stands for a pattern, and the operators that it takes in besides the last.
Found = tuple[Operator, tuple[Operator, ...]]
#: Looks at an operator as the last of a pattern; all others of the pattern are used within it alone.
Rule = Callable[[Surroundings, Operator], Found | None]


def replace(model: Model, rule: Rule) -> Model:
    """The model with one operator for each pattern that a rule finds, if nothing else needs what they take in."""
    around = Surroundings(model)
    new: dict[str, Operator] = {}
    gone: set[str] = set()
    for operator in model.operators:
        found = _found(rule, around, operator)
        if found:
            new[operator.output] = found[0]
            gone.update(inner.output for inner in found[1])
    kept = (operator for operator in model.operators if operator.output not in gone)
    made = with_what_is_needed(evolve(model, operators=tuple(new.get(operator.output, operator) for operator in kept)))
    return made if not any(gone.intersection(operator.inputs) for operator in made.operators) else model


def _found(rule: Rule, around: Surroundings, operator: Operator) -> Found | None:
    try:
        return rule(around, operator)
    except ValueError:  # an attribute that cannot be: whoever reads the operator will say so
        return None


def either_way(operator: Operator, kind: str) -> Iterator[tuple[str, str]]:
    """The two inputs of an operator of a kind, either way round."""
    if operator.kind == kind and len(operator.inputs) == 2:
        first, second = operator.inputs
        yield from ((first, second), (second, first))


def instead(last: Operator, kind: str, inputs: tuple[str, ...], **attributes: Any) -> Operator:
    """What stands for a pattern: it has the name and the output of its last operator."""
    return Operator(kind, last.name, inputs, last.outputs[:1], attributes)

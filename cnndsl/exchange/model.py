"""An ONNX model as plain values, on its way in or out."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from attrs import evolve, field, frozen

from cnndsl.errors import clip
from cnndsl.exchange.notes import Notes
from cnndsl.layers._kind import Array, Shape


@frozen(eq=False)
class Operator:
    """An operator of a model, with names for what it takes and gives. An input that is left out has an empty name.

    ``kind`` is ONNX's name for it, behind its domain if that is not the standard one. What asks for an attribute raises
    ``ValueError`` where it is of another sort: attributes of a file may be anything.
    """

    kind: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any] = field(factory=dict)

    @property
    def output(self) -> str:
        """The first output, of most operators the only one."""
        return self.outputs[0]

    def input(self, place: int) -> str:
        """The name of an input, empty where it is left out."""
        return self.inputs[place] if place < len(self.inputs) else ""

    def number(self, name: str, default: float) -> float:
        """An attribute that is a number."""
        value = self.attributes.get(name, default)
        if not isinstance(value, int | float) or not isfinite(value):
            raise _unexpected(name, value)
        return value

    def whole(self, name: str, default: int) -> int:
        """An attribute that is a whole number."""
        value = self.attributes.get(name, default)
        if not isinstance(value, int):
            raise _unexpected(name, value)
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """An attribute that is 0 or 1."""
        value = self.attributes.get(name, int(default))
        if value not in (0, 1):
            raise _unexpected(name, value)
        return bool(value)

    def word(self, name: str, default: str) -> str:
        """An attribute that is a word."""
        value = self.attributes.get(name, default)
        if not isinstance(value, str):
            raise _unexpected(name, value)
        return value

    def integers(self, name: str, default: tuple[int, ...] = ()) -> tuple[int, ...]:
        """An attribute that is a list of whole numbers."""
        value = self.attributes.get(name, default)
        if not isinstance(value, list | tuple) or not all(isinstance(part, int) for part in value):
            raise _unexpected(name, value)
        return tuple(value)


def _unexpected(name: str, value: object) -> ValueError:
    return ValueError(f"its {name} is {clip(repr(value))}")


@frozen(eq=False)
class Model:
    """Operators, each below what it takes, and the constants by name.

    ``images`` is the name of the input; ``batch`` their number where the model is for one number only. ``opset`` is the
    version of the operators. ``is_ours`` says that this project wrote the file, so that names are layers' paths.
    """

    operators: tuple[Operator, ...]
    constants: Mapping[str, Array]
    images: str
    input_shape: Shape
    output: str
    opset: int
    batch: int | None = None
    is_ours: bool = False
    notes: Notes = field(factory=Notes)


def with_what_is_needed(model: Model) -> Model:
    """The model with the operators that its output depends on."""
    wanted = {model.output}
    kept = []
    for operator in reversed(model.operators):
        if wanted.intersection(operator.outputs):
            wanted.update(operator.inputs)
            kept.append(operator)
    return evolve(model, operators=tuple(reversed(kept)))

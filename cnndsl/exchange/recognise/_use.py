"""What readers of operators are given, what they make of it, and where they are found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
from attrs import field, frozen

from cnndsl.exchange.model import Operator
from cnndsl.layers._kind import Array, Shape

_FLOATS = {"float16", "bfloat16", "float32", "float64"}


class UnsupportedError(ValueError):
    """The language has nothing for an operator, or for what it is asked to do. Says why, of "it"."""


@frozen
class Wire:
    """A value on its way: the path of the layer that makes it, and its shape, ``(C, H, W)`` or ``(F,)``."""

    path: str
    shape: Shape


@frozen(eq=False)
class Layer:
    """A layer that an operator is, with its weights; trained and state alike, by their names in the layer."""

    spec: object
    weights: Mapping[str, Array] = field(factory=dict)


@frozen(eq=False)
class Use:
    """An operator in its place: what its inputs are, ``None`` for one that is left out; the version of the operators.

    ``batch`` is the number of images, where the model is for one number only.
    """

    operator: Operator
    inputs: tuple[Wire | Array | None, ...]
    opset: int
    batch: int | None = None

    @property
    def wires(self) -> tuple[Wire, ...]:
        """The inputs that are no constants."""
        return tuple(each for each in self.inputs if isinstance(each, Wire))

    @property
    def shape(self) -> Shape:
        """The shape of the first input that is no constant."""
        return self.wires[0].shape

    def constant(self, place: int) -> Array | None:
        """An input that must be a constant if it is there."""
        given = self.inputs[place] if place < len(self.inputs) else None
        if isinstance(given, Wire):
            raise UnsupportedError(f"its input {place + 1} is computed, and would have to be a constant")
        return given

    def floats(self, place: int, rank: int | None = None) -> Array:
        """Weights: a constant that has to be there, with as many axes."""
        array = self.constant(place)
        if array is None:
            raise UnsupportedError(f"its input {place + 1} is missing")
        if array.dtype.name not in _FLOATS:
            raise UnsupportedError(f"its input {place + 1} holds numbers of type {array.dtype.name}")
        if rank is not None and array.ndim != rank:
            raise UnsupportedError(f"its input {place + 1} has {array.ndim} axes, and not {rank}")
        return array

    def sizes(self, place: int, attribute: str = "") -> tuple[int, ...]:
        """Whole numbers that are an input, or were an attribute in older versions; empty where they are left out."""
        array = self.constant(place)
        if array is None:
            return self.operator.integers(attribute)
        if array.dtype.kind != "i" or array.ndim > 1:
            raise UnsupportedError(f"its input {place + 1} is no list of whole numbers")
        return tuple(np.ravel(array).tolist())

    def expect(self, **known: float | str) -> None:
        """Refuse attributes that are there and have another value than the only known one."""
        for name, value in known.items():
            given = self.operator.attributes.get(name, value)
            same = given == value if isinstance(value, str) else _is_close(given, value)
            if not same:
                raise UnsupportedError(f"its {name} is {given}, and would have to be {value}")

    def map_shape(self) -> tuple[int, int, int]:
        """The shape of an input that has to be a map."""
        if len(self.shape) != 3:
            raise UnsupportedError("its input is no map N x C x H x W")
        channels, height, width = self.shape
        return channels, height, width

    def expect_places(self) -> None:
        """Refuse a pattern that makes a map of another height and width than its input's on the way."""
        places = self.operator.integers("places")
        if any(size not in {-1, own} for size, own in zip(places, self.shape[1:], strict=False)):
            raise UnsupportedError(f"it makes maps of {places} of those of {self.shape[1:]}")

    def axis(self, default: int) -> int:
        """The attribute ``axis``, counted from the front; the batch is 0."""
        axis, rank = self.operator.whole("axis", default), len(self.shape) + 1
        return axis + rank if axis < 0 else axis


def _is_close(given: Any, value: float) -> bool:
    return isinstance(given, int | float) and abs(given - value) <= 1e-5 * max(1, abs(value))


def shortest(value: float) -> float:
    """A number of single precision as the shortest decimal that means it: 0.01, and not 0.00999999977."""
    return float(str(np.float32(value)))


Reader: TypeAlias = Callable[[Use], tuple[Layer, ...]]
READERS: dict[str, Reader] = {}


def reads(*kinds: str) -> Callable[[Reader], Reader]:
    """Register what reads operators of these kinds: it gives the layers that they are, one behind the other.

    No layers at all: the value goes on as it is. A reader raises :class:`UnsupportedError`, or what the layer's own
    constructor and shape rule raise.
    """

    def register(reader: Reader) -> Reader:
        READERS.update(dict.fromkeys(kinds, reader))
        return reader

    return register

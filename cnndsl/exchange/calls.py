"""A layer in ONNX's words: calls of operators, one within the other, before anything has a name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
from attrs import frozen

from cnndsl.layers._kind import Array, Shape

Attribute: TypeAlias = int | float | str | list[int]
#: A call, the name of a value or weight (none for an input that is left out), or a constant.
Operand: TypeAlias = "Call | str | Array"


@frozen(eq=False)
class Call:
    """An operator, what it is called with, and its attributes."""

    operator: str
    operands: tuple[Operand, ...]
    attributes: Mapping[str, Attribute]


@frozen
class Site:
    """Where a layer stands: the names of its inputs, the names of its weights by what the layer calls them, shapes.

    Shapes leave the batch out: ``(C, H, W)`` or ``(F,)``.
    """

    inputs: tuple[str, ...]
    weights: Mapping[str, str]
    in_shapes: tuple[Shape, ...]
    out_shape: Shape

    @property
    def x(self) -> str:
        """The first input, of most layers the only one."""
        return self.inputs[0]

    @property
    def shape(self) -> Shape:
        """The shape of ``x``."""
        return self.in_shapes[0]

    def own(self, *names: str) -> tuple[str, ...]:
        """The weights of these names, as far as the layer has them."""
        return tuple(self.weights[name] for name in names if name in self.weights)


def call(operator: str, *operands: Operand, **attributes: Attribute) -> Call:
    """A call; attributes have ONNX's names."""
    return Call(operator, operands, attributes)


def integers(*values: int) -> Array:
    """A constant of whole numbers, such as a shape or axes."""
    return np.array(values, np.int64)

"""A call of a layer kind, described by what determines it, and values that keep away from kinks."""

from __future__ import annotations

from functools import cache
from inspect import Parameter, signature
from math import prod
from typing import Any

import attrs
import numpy as np

from cnndsl.layers._kind import Array, LayerKind, Shape, ShapeError

Kind = LayerKind[Any]


def out_shape(kind: Kind, spec: object, in_shapes: tuple[Shape, ...]) -> Shape | None:
    """The declared shape, or ``None`` where the layer cannot take its input."""
    try:
        return kind.out_shape(spec, *in_shapes)
    except ShapeError:
        return None


@cache
def arity(kind: Kind) -> int:
    """The number of inputs that a kind takes; two of a kind that takes any number."""
    parameters = list(signature(kind.out_shape).parameters.values())[1:]
    return 2 if any(given.kind is Parameter.VAR_POSITIONAL for given in parameters) else len(parameters)


@attrs.frozen
class Case:
    """All that determines a call of a kind: ``seed`` the values of its arrays, ``train`` the mode."""

    kind: Kind = attrs.field(repr=lambda kind: kind.name)
    spec: Any
    in_shapes: tuple[Shape, ...]
    images: int = 2
    seed: int = 0
    train: bool = True

    @property
    def out_shape(self) -> Shape:
        return self.kind.out_shape(self.spec, *self.in_shapes)

    def _repr_pretty_(self, printer: Any, _cycle: object) -> None:
        printer.text(repr(self))  # Hypothesis would spell out the functions of the kind


def apart(shape: Shape, rng: np.random.Generator) -> Array:
    """Distinct values in (-4, 4), more than a thousandth from each other and from zero: a shuffled grid.

    None is a whole number, where some layers have a kink.
    """
    count = prod(shape)
    grid = (np.arange(count) - count // 2 + 0.5) * (7.9 / max(count, 64))
    return rng.permutation(grid).reshape(shape)

"""The family of activations: a function of each value alone, and its derivative.

A member gives ``value(spec, x, ctx)``, which is ``f(x)``, and ``slope(spec, seen, dy, ctx)``, which is ``f'(x) * dy``.
What it has ``seen`` is the output where that tells the derivative, so that the input's memory is free as soon as nobody
else needs it, and else the input. An activation is then its spec and these two.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from cnndsl.layers._kind import Array, Context, LayerKind, Params, Shape, same_shape

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

S = TypeVar("S")
Value = Callable[[S, Array, Context], Array]
Slope = Callable[[S, Array, Array, Context], Array]


def of_output(spec: type[S], value: Value[S], slope: Slope[S], *, replayable: bool = False) -> LayerKind[S]:
    """The kind of an activation whose derivative is told by its output."""
    return _elementwise(spec, value, slope, sees_output=True, replayable=replayable)


def of_input(spec: type[S], value: Value[S], slope: Slope[S]) -> LayerKind[S]:
    """The kind of an activation whose derivative takes its input."""
    return _elementwise(spec, value, slope, sees_output=False, replayable=False)


def _elementwise(
    spec: type[S], value: Value[S], slope: Slope[S], *, sees_output: bool, replayable: bool
) -> LayerKind[S]:
    def forward(
        own: S, _params: Params, state: Params, xs: tuple[Array, ...], ctx: Context
    ) -> tuple[Array, Params, Array]:
        (x,) = xs
        y = value(own, x, ctx)
        return y, state, y if sees_output else x

    def backward(
        own: S, _params: Params, seen: Array, dy: Array, ctx: Context
    ) -> tuple[tuple[Array | None], dict[str, Array]]:
        return (slope(own, seen, dy, ctx),), {}

    return LayerKind(spec, same_shape, forward, backward, replayable=replayable)


def positive_part(x: Array, out: Array, ctx: Context) -> Array:
    """``max(x, 0)`` into ``out``, which may be ``x``."""
    # Against an array NumPy's maximum is more than twice as fast as against a number.
    ctx.run(np.maximum, x, row_of(0, x), out=out)
    return out


def negative_part(x: Array, out: Array, ctx: Context) -> Array:
    """``min(x, 0)`` into ``out``, which may be ``x``."""
    ctx.run(np.minimum, x, row_of(0, x), out=out)
    return out


def where_positive(y: Array, dy: Array, ctx: Context) -> Array:
    """``dy`` where ``y`` is positive, else 0."""
    positive = ctx.empty(y.shape, np.bool_)
    ctx.run(np.greater, y, y.dtype.type(0), out=positive)
    dx = ctx.like(dy)
    ctx.run(np.multiply, dy, positive, out=dx)
    return dx


def row_of(number: float, like: Array) -> Array:
    """A number as a read-only array that broadcasts against ``like`` in long runs."""
    return _row(number, like.shape[-2:], like.dtype)


@lru_cache(maxsize=256)
def _row(number: float, shape: Shape, dtype: DTypeLike) -> Array:
    row = np.full(shape, number, dtype)
    row.flags.writeable = False
    return row

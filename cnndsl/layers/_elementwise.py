"""The family of activations: a function of each value alone, and its derivative.

A member gives ``value(x, out)``, which writes ``f(x)``, and ``slope(x, y, dy, out)``, which writes ``f'(x) * dy`` and
may use the output ``y``. An activation is then its spec and these two.
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


def elementwise(
    spec: type[S],
    value: Callable[[Array, Array], object],
    slope: Callable[[Array, Array, Array, Array], object],
    aliases: tuple[str, ...] = (),
) -> LayerKind[S]:
    """The kind of an activation."""

    def forward(
        _spec: S, _params: Params, state: Params, xs: tuple[Array, ...], ctx: Context
    ) -> tuple[Array, Params, tuple[Array, Array]]:
        (x,) = xs
        y = ctx.empty(x.shape, x.dtype)
        value(x, y)
        return y, state, (x, y)

    def backward(
        _spec: S, _params: Params, residual: tuple[Array, Array], dy: Array, ctx: Context
    ) -> tuple[tuple[Array | None], dict[str, Array]]:
        x, y = residual
        dx = ctx.empty(dy.shape, dy.dtype)
        slope(x, y, dy, dx)
        return (dx,), {}

    return LayerKind(spec, same_shape, forward, backward, aliases=aliases)


def positive_part(x: Array, out: Array) -> Array:
    """``max(x, 0)`` into ``out``, which may be ``x``."""
    # Against an array NumPy's maximum is more than twice as fast as against a number.
    np.maximum(x, _zeros(x.shape[-2:], x.dtype), out=out)
    return out


def where_positive(y: Array, dy: Array, out: Array) -> Array:
    """``dy`` where ``y`` is positive, else 0, into ``out``, which may not be ``dy``."""
    np.copyto(out, y > 0)
    np.multiply(out, dy, out=out)
    return out


@lru_cache(maxsize=256)
def _zeros(shape: Shape, dtype: DTypeLike) -> Array:
    zeros = np.zeros(shape, dtype)
    zeros.flags.writeable = False
    return zeros

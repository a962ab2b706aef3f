"""The family of activations: a function of each value alone, and its derivative.

A member gives ``value(x, out)``, which writes ``f(x)``, and ``slope(x, y, dy, out)``, which writes ``f'(x) * dy`` and
may use the output ``y``. An activation is then its spec and these two.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from cnndsl.layers._kind import Array, Context, LayerKind, Params, same_shape

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

"""Flatten: a map as a vector, in C, H, W order whatever the layout inside.

So the weights of an FC behind it mean the same in other frameworks.
"""

from __future__ import annotations

from math import prod

from cnndsl.layers import _layout
from cnndsl.layers._kind import Array, Context, LayerKind, Params, Shape, layer_spec


@layer_spec
class Flatten:
    """C x H x W -> a vector of C*H*W; a vector stays as it is."""


def out_shape(_spec: Flatten, shape: Shape) -> Shape:
    return (prod(shape),)


def forward(
    _spec: Flatten, _params: Params, state: Params, xs: tuple[Array, ...], ctx: Context
) -> tuple[Array, Params, Shape]:
    (x,) = xs
    return (x if x.ndim == 2 else _layout.flatten(x, ctx)), state, x.shape


def backward(
    _spec: Flatten, _params: Params, shape: Shape, dy: Array, ctx: Context
) -> tuple[tuple[Array], dict[str, Array]]:
    return (dy if len(shape) == 2 else _layout.unflatten(dy, shape, ctx),), {}


KIND = LayerKind(Flatten, out_shape, forward, backward, replayable=True)

"""Add: the sum of several values of one shape, such as the end of a residual block."""

from __future__ import annotations

import numpy as np

from cnndsl.layers._fields import spell
from cnndsl.layers._joins import differ
from cnndsl.layers._kind import Array, Context, LayerKind, Params, Shape, layer_spec


@layer_spec
class Add:
    """The current value and the labelled ones, number by number; all have one shape, which stays."""


def out_shape(spec: Add, *shapes: Shape) -> Shape:
    first, *others = shapes
    for number, shape in enumerate(others, start=2):
        if shape != first:
            hint = f"give path {number} the shape {spell(first)}, or write `residual shortcut=auto`"
            raise differ(spec, first, shape, number, hint)
    return first


def forward(
    _spec: Add, _params: Params, state: Params, xs: tuple[Array, ...], ctx: Context
) -> tuple[Array, Params, int]:
    first, *others = xs
    if not others:
        return first, state, 1
    y = ctx.like(first)
    ctx.run(np.add, first, others[0], out=y)
    for other in others[1:]:
        ctx.run(np.add, y, other, out=y)
    return y, state, len(xs)


def backward(
    _spec: Add, _params: Params, inputs: int, dy: Array, _ctx: Context
) -> tuple[tuple[Array, ...], dict[str, Array]]:
    return (dy,) * inputs, {}


KIND = LayerKind(Add, out_shape, forward, backward, replayable=True)

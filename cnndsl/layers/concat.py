"""Concat: several values behind each other along the channels."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from cnndsl.layers._fields import spell
from cnndsl.layers._joins import DIRECTIONS, differ
from cnndsl.layers._kind import Array, Context, LayerKind, Params, Shape, layer_spec


@layer_spec
class Concat:
    """The channels of the current value, then those of the labelled ones, in their order; vectors likewise.

    All have the same height and width, which stay.
    """


def out_shape(spec: Concat, *shapes: Shape) -> Shape:
    first, *others = shapes
    for number, shape in enumerate(others, start=2):
        if shape[1:] != first[1:]:
            size = f"{spell(first[1:])} pixels" if len(first) == 3 else "a vector"
            raise differ(spec, first, shape, number, f"make {size} of path {number}", DIRECTIONS[1:])
    return sum(shape[0] for shape in shapes), *first[1:]


def forward(
    _spec: Concat, _params: Params, state: Params, xs: tuple[Array, ...], ctx: Context
) -> tuple[Array, Params, tuple[int, ...]]:
    axis = _channel_axis(xs[0])
    ends = tuple(np.cumsum([0, *(x.shape[axis] for x in xs)]).tolist())
    shape = list(xs[0].shape)
    shape[axis] = ends[-1]
    y = ctx.empty(tuple(shape), xs[0].dtype)
    for x, own in zip(xs, _parts(y, ends), strict=True):
        ctx.run(np.copyto, own, x)
    return y, state, ends


def backward(
    _spec: Concat, _params: Params, ends: tuple[int, ...], dy: Array, _ctx: Context
) -> tuple[tuple[Array, ...], dict[str, Array]]:
    return _parts(dy, ends), {}


def _channel_axis(x: Array) -> int:
    return 1 if x.ndim == 4 else 0


def _parts(array: Array, ends: tuple[int, ...]) -> tuple[Array, ...]:
    """Each input's channels, as views."""
    spans = [slice(*span) for span in pairwise(ends)]
    return tuple(array[:, span] if _channel_axis(array) else array[span] for span in spans)


KIND = LayerKind(Concat, out_shape, forward, backward, replayable=True)

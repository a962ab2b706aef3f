"""Multiply: the product of several values, such as a map and a gate for each of its channels."""

from __future__ import annotations

from functools import reduce

import numpy as np

from cnndsl.layers._fields import spell
from cnndsl.layers._joins import differ
from cnndsl.layers._kind import Array, Context, LayerKind, Params, Shape, layer_spec


@layer_spec
class Multiply:
    """The current value times the labelled ones, number by number. A vector beside maps has a factor per channel."""


def out_shape(spec: Multiply, *shapes: Shape) -> Shape:
    first = shapes[0]
    whole = next((shape for shape in shapes if len(shape) == 3), first)
    for number, shape in enumerate(shapes, start=1):
        if shape not in (whole, whole[:1]):
            other, at = (shape, number) if number > 1 else (whole, shapes.index(whole) + 1)
            raise differ(spec, first, other, at, f"make {spell(whole)} of it, or {whole[0]} factors for the channels")
    return whole


def forward(
    _spec: Multiply, _params: Params, state: Params, xs: tuple[Array, ...], ctx: Context
) -> tuple[Array, Params, tuple[Array, ...]]:
    return (_product(xs, ctx) if len(xs) > 1 else xs[0]), state, xs


def backward(
    _spec: Multiply, _params: Params, xs: tuple[Array, ...], dy: Array, ctx: Context
) -> tuple[tuple[Array, ...], dict[str, Array]]:
    if len(xs) == 1:
        return (dy,), {}
    slopes = [_product((dy, *xs[:place], *xs[place + 1 :]), ctx) for place in range(len(xs))]
    # What a vector gave to every pixel of a channel comes back as a sum over them.
    return tuple(slope if slope.ndim == x.ndim else slope.sum((0, 2)) for x, slope in zip(xs, slopes, strict=True)), {}


def _product(xs: tuple[Array, ...], ctx: Context) -> Array:
    whole = max(xs, key=np.ndim)
    y = ctx.like(whole)
    first, second, *others = (x if x.ndim == whole.ndim else x[None, :, None] for x in xs)
    np.multiply(first, second, out=y)
    return reduce(lambda product, other: np.multiply(product, other, out=product), others, y)


KIND = LayerKind(Multiply, out_shape, forward, backward)

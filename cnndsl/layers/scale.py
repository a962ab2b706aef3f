"""Scale: a learnt factor per channel."""

from __future__ import annotations

import numpy as np

from cnndsl.layers._channels import as_rows, channel_products
from cnndsl.layers._kind import Array, Context, LayerKind, Params, Shape, Weight, layer_spec, same_shape


@layer_spec
class Scale:
    """Each channel (unit of a vector) is multiplied by a number of its own, 1 at first; the shape stays."""


def weights(_spec: Scale, shape: Shape) -> dict[str, Weight]:
    return {"scale": Weight(shape[:1], "ones")}


def forward(
    _spec: Scale, params: Params, state: Params, xs: tuple[Array, ...], ctx: Context
) -> tuple[Array, Params, Array]:
    (x,) = xs
    y = ctx.like(x)
    np.multiply(as_rows(x), params["scale"][:, None], out=as_rows(y))
    return y, state, x


def backward(_spec: Scale, params: Params, x: Array, dy: Array, ctx: Context) -> tuple[tuple[Array], dict[str, Array]]:
    rows = as_rows(dy)
    dx = ctx.like(dy)
    np.multiply(rows, params["scale"][:, None], out=as_rows(dx))
    return (dx,), {"scale": channel_products(rows, as_rows(x))}


KIND = LayerKind(Scale, same_shape, forward, backward, weights)

"""GroupNorm: each group of channels of an image with mean 0 and variance 1, then a learnt scale and bias per channel.

Wu and He, "Group normalization", 2018.
"""

from __future__ import annotations

import numpy as np

from cnndsl.layers._channels import as_rows, channel_products, channel_sums
from cnndsl.layers._fields import count, flag
from cnndsl.layers._groups import divide
from cnndsl.layers._kind import Array, Context, LayerKind, Params, Shape, Weight, layer_spec
from cnndsl.layers._normal import Normalised, epsilon, normalise, normalise_gradient


@layer_spec
class GroupNorm:
    """(x - mean) / sqrt(variance + eps) * scale + bias, over each group of channels of an image; the shape stays.

    With as many groups as channels this is instance normalisation, with one group a LayerNorm whose scale and bias are
    per channel. Without ``affine`` there is no scale and no bias.
    """

    groups: int = count("parts that the channels are cut into")
    eps: float = epsilon()
    affine: bool = flag("learn a scale and a bias per channel", default=True)


def out_shape(spec: GroupNorm, shape: Shape) -> Shape:
    divide(spec, spec.groups, shape[0], "channels" if len(shape) == 3 else "units")
    return shape


def weights(spec: GroupNorm, shape: Shape) -> dict[str, Weight]:
    return {"scale": Weight(shape[:1], "ones"), "bias": Weight(shape[:1])} if spec.affine else {}


def forward(
    spec: GroupNorm, params: Params, state: Params, xs: tuple[Array, ...], ctx: Context
) -> tuple[Array, Params, Normalised]:
    (x,) = xs
    normalised = normalise(x, spec.groups, spec.eps, ctx)
    if not spec.affine:
        return normalised.values, state, normalised
    y = ctx.like(x)
    rows = as_rows(y)
    np.multiply(as_rows(normalised.values), params["scale"][:, None], out=rows)
    np.add(rows, params["bias"][:, None], out=rows)
    return y, state, normalised


def backward(
    spec: GroupNorm, params: Params, normalised: Normalised, dy: Array, ctx: Context
) -> tuple[tuple[Array | None], dict[str, Array]]:
    grads: dict[str, Array] = {}
    scaled = dy
    if spec.affine:
        rows = as_rows(dy)
        grads = {"scale": channel_products(rows, as_rows(normalised.values)), "bias": channel_sums(rows)}
        scaled = ctx.like(dy)
        np.multiply(rows, params["scale"][:, None], out=as_rows(scaled))
    return (normalise_gradient(normalised, scaled, spec.groups, ctx) if ctx.wants_dx else None,), grads


KIND = LayerKind(GroupNorm, out_shape, forward, backward, weights)

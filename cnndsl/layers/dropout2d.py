"""Dropout2d: in training whole channels are dropped with probability ``p``, and what stays is scaled up.

Tompson et al., "Efficient object localization using convolutional networks", 2015.
"""

from __future__ import annotations

import numpy as np

from cnndsl.layers._dropping import kept, share
from cnndsl.layers._kind import Array, Context, LayerKind, Params, Shape, as_map, layer_spec


@layer_spec
class Dropout2d:
    """Each channel of each image is zero with probability ``p``, else x / (1 - p), in training; the shape stays.

    Neighbouring pixels say much the same: dropped one by one, little would be hidden.
    """

    p: float = share()


def out_shape(spec: Dropout2d, shape: Shape) -> Shape:
    as_map(spec, shape)
    return shape


def forward(
    spec: Dropout2d, _params: Params, state: Params, xs: tuple[Array, ...], ctx: Context
) -> tuple[Array, Params, Array | None]:
    (x,) = xs
    if not ctx.train:
        return x, state, None
    _, channels, width, images = x.shape
    # Repeated along the width, so that the products have long runs.
    mask = np.repeat(kept(spec.p, (channels, 1, images), x, ctx), width, axis=1)
    return np.multiply(x, mask, out=ctx.like(x)), state, mask


def backward(
    _spec: Dropout2d, _params: Params, mask: Array | None, dy: Array, ctx: Context
) -> tuple[tuple[Array], dict[str, Array]]:
    return (dy if mask is None else np.multiply(dy, mask, out=ctx.like(dy)),), {}


KIND = LayerKind(Dropout2d, out_shape, forward, backward, random=True)

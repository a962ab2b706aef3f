"""Pad: zeros around the map."""

from __future__ import annotations

import numpy as np

from cnndsl.layers._fields import Pair, size
from cnndsl.layers._kind import Array, Context, LayerKind, Params, Shape, as_map, layer_spec


@layer_spec
class Pad:
    """C x H x W -> C x (H + 2*pad) x (W + 2*pad)."""

    pad: Pair = size("rows and columns of zeros on each side", minimum=0)


def out_shape(spec: Pad, shape: Shape) -> Shape:
    channels, height, width = as_map(spec, shape)
    return channels, height + 2 * spec.pad[0], width + 2 * spec.pad[1]


def forward(
    spec: Pad, _params: Params, state: Params, xs: tuple[Array, ...], ctx: Context
) -> tuple[Array, Params, None]:
    (x,) = xs
    height, channels, width, images = x.shape
    y = ctx.empty((height + 2 * spec.pad[0], channels, width + 2 * spec.pad[1], images), x.dtype)
    ctx.run(np.ndarray.fill, y, 0)
    ctx.run(np.copyto, _inside(spec, y), x)
    return y, state, None


def backward(
    spec: Pad, _params: Params, _residual: None, dy: Array, _ctx: Context
) -> tuple[tuple[Array], dict[str, Array]]:
    return (_inside(spec, dy),), {}


def _inside(spec: Pad, framed: Array) -> Array:
    """The map without its frame, as a view."""
    (ph, pw), (height, width) = spec.pad, framed.shape[::2]
    return framed[ph : height - ph, :, pw : width - pw]


KIND = LayerKind(Pad, out_shape, forward, backward, replayable=True)

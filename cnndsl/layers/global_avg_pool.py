"""GlobalAvgPool: the average of each channel over the whole map."""

from __future__ import annotations

import numpy as np

from cnndsl.layers._kind import Array, Context, LayerKind, Params, Shape, as_map, layer_spec


@layer_spec
class GlobalAvgPool:
    """C x H x W -> a vector of C, as in Keras: FC and Softmax can follow at once."""


def out_shape(spec: GlobalAvgPool, shape: Shape) -> Shape:
    channels, *_ = as_map(spec, shape)
    return (channels,)


def forward(
    _spec: GlobalAvgPool, _params: Params, state: Params, xs: tuple[Array, ...], _ctx: Context
) -> tuple[Array, Params, tuple[int, int]]:
    (x,) = xs
    height, _, width, _ = x.shape
    return np.add.reduce(np.add.reduce(x, axis=0), axis=1) / (height * width), state, (height, width)


def backward(
    _spec: GlobalAvgPool, _params: Params, size: tuple[int, int], dy: Array, ctx: Context
) -> tuple[tuple[Array], dict[str, Array]]:
    (height, width), (channels, images) = size, dy.shape
    dx = ctx.empty((height, channels, width, images), dy.dtype)
    np.copyto(dx[0], (dy / (height * width))[:, None])
    np.copyto(dx[1:], dx[0])
    return (dx,), {}


KIND = LayerKind(GlobalAvgPool, out_shape, forward, backward)

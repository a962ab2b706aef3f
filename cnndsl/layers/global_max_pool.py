"""GlobalMaxPool: the largest value of each channel over the whole map; of equal ones the first in row order counts."""

from __future__ import annotations

from cnndsl.layers._kind import Array, Context, LayerKind, Params, Shape, as_map, layer_spec
from cnndsl.layers._window import Window
from cnndsl.layers.pool import Residual, maximum, maximum_gradient


@layer_spec
class GlobalMaxPool:
    """C x H x W -> a vector of C: one window as large as the map."""


def out_shape(spec: GlobalMaxPool, shape: Shape) -> Shape:
    channels, *_ = as_map(spec, shape)
    return (channels,)


def forward(
    _spec: GlobalMaxPool, _params: Params, state: Params, xs: tuple[Array, ...], ctx: Context
) -> tuple[Array, Params, Residual]:
    (x,) = xs
    height, channels, width, images = x.shape
    size = height, width
    y, residual = maximum(Window(size, size, size, (0, 0), (1, 1)), x, ctx)
    return y.reshape(channels, images), state, residual


def backward(
    _spec: GlobalMaxPool, _params: Params, residual: Residual, dy: Array, ctx: Context
) -> tuple[tuple[Array], dict[str, Array]]:
    channels, images = dy.shape
    return (maximum_gradient(residual, dy.reshape(1, channels, 1, images), ctx),), {}


KIND = LayerKind(GlobalMaxPool, out_shape, forward, backward, replayable=True)

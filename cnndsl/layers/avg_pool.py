"""AvgPool: the average of each window, padding not counted; the same as ``Pool mode=avg``."""

from __future__ import annotations

import attrs

from cnndsl.layers import _average
from cnndsl.layers._fields import Padding, Pair, flag, padding, size
from cnndsl.layers._kind import Array, Context, LayerKind, Params, Shape, as_map, layer_spec
from cnndsl.layers._window import Window, check_pad, window_of


@layer_spec
class AvgPool:
    """C x H x W -> C x OH x OW, OH = floor((H + 2*pad - kernel)/stride) + 1.

    ``ceil=true`` rounds up instead, where the last window begins on the map; ``pad=same`` makes OH = ceil(H/stride).
    """

    kernel: Pair = size("height and width of the window")
    stride: Pair = size("step of the window", attrs.Factory(lambda spec: spec.kernel, takes_self=True))
    pad: Padding = padding("rows and columns around the map, less than the kernel", named_only=True)
    ceil: bool = flag("let the last window hang over the end", default=False)

    def __attrs_post_init__(self) -> None:
        check_pad(self, "average")


def out_shape(spec: AvgPool, shape: Shape) -> Shape:
    channels, height, width = as_map(spec, shape)
    return channels, *window_of(spec, (height, width), ceil=spec.ceil).out


def forward(
    spec: AvgPool, _params: Params, state: Params, xs: tuple[Array, ...], ctx: Context
) -> tuple[Array, Params, Window]:
    (x,) = xs
    window = window_of(spec, (x.shape[0], x.shape[2]), ceil=spec.ceil)
    return _average.forward(window, x, ctx), state, window


def backward(
    _spec: AvgPool, _params: Params, window: Window, dy: Array, ctx: Context
) -> tuple[tuple[Array], dict[str, Array]]:
    return (_average.backward(window, dy, ctx),), {}


KIND = LayerKind(AvgPool, out_shape, forward, backward, replayable=True)

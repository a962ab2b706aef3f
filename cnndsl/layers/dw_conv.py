"""DWConv: depthwise convolution, ``multiplier`` filters for each channel alone, with an optional bias."""

from __future__ import annotations

from cnndsl.layers._bias import add_bias, bias_gradient
from cnndsl.layers._depthwise import Depthwise
from cnndsl.layers._fields import Padding, Pair, count, flag, padding, size, start
from cnndsl.layers._kind import Array, Context, LayerKind, Params, Shape, Weight, as_map, layer_spec
from cnndsl.layers._window import Window, window_of


@layer_spec
class DWConv:
    """C x H x W -> C*multiplier x OH x OW, OH = floor((H + 2*pad - kernel)/stride) + 1.

    The same as ``Conv`` with as many groups as channels: W is (C*multiplier, 1, kh, kw), and the filters of a channel
    follow each other. ``pad=same`` makes OH = ceil(H/stride).
    """

    kernel: Pair = size("height and width of the filters")
    stride: Pair = size("step of the window", (1, 1))
    pad: Padding = padding("rows and columns of zeros on each side")
    multiplier: int = count("filters for each channel", 1, named_only=True)
    bias: bool = flag("add a learnt number per filter", default=True)
    init: str | float = start()


def out_shape(spec: DWConv, shape: Shape) -> Shape:
    channels, height, width = as_map(spec, shape)
    return channels * spec.multiplier, *window_of(spec, (height, width)).out


def weights(spec: DWConv, shape: Shape) -> dict[str, Weight]:
    filters, kernel = shape[0] * spec.multiplier, spec.kernel[0] * spec.kernel[1]
    kernels = Weight((filters, 1, *spec.kernel), spec.init, kernel, spec.multiplier * kernel)
    return {"W": kernels, "b": Weight((filters,))} if spec.bias else {"W": kernels}


def forward(
    spec: DWConv, params: Params, state: Params, xs: tuple[Array, ...], ctx: Context
) -> tuple[Array, Params, tuple[Array, Window]]:
    (x,) = xs
    height, channels, width, _ = x.shape
    window = window_of(spec, (height, width))
    y, col = Depthwise(channels).forward(window, params["W"], x, ctx)
    if spec.bias:
        add_bias(y, params["b"], y, ctx)
    return y, state, (col, window)


def backward(
    spec: DWConv, params: Params, residual: tuple[Array, Window], dy: Array, ctx: Context
) -> tuple[tuple[Array | None], dict[str, Array]]:
    col, window = residual
    depthwise = Depthwise(dy.shape[1] // spec.multiplier)
    dweight, dx = depthwise.backward(window, params["W"], col, dy, ctx)
    grads = {"W": dweight}
    if spec.bias:
        grads["b"] = bias_gradient(dy, ctx)
    return (dx,), grads


KIND = LayerKind(DWConv, out_shape, forward, backward, weights, replayable=True)

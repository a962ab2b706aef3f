"""Conv: 2-D convolution (cross-correlation, as every framework has it) with an optional bias per output channel."""

from __future__ import annotations

from typing import Any

from cnndsl.layers._bias import add_bias, bias_gradient
from cnndsl.layers._engines import DEFAULT, Engine, Geometry, engine_of
from cnndsl.layers._fields import Padding, Pair, count, flag, padding, size, start
from cnndsl.layers._groups import divide
from cnndsl.layers._kind import Array, Context, LayerKind, Params, Shape, Weight, as_map, layer_spec
from cnndsl.layers._window import Window, window_of


@layer_spec
class Conv:
    """``out`` filters slid over the map: C x H x W -> out x OH x OW, OH = floor((H + 2*pad - kernel)/stride) + 1.

    ``pad=same`` makes OH = ceil(H/stride), an odd row or column of zeros at the bottom or right (ONNX's SAME_UPPER).
    ``dilation`` d puts gaps of d - 1 into the kernel, which then reaches over d*(kernel - 1) + 1. With ``groups`` each
    filter sees one part of the channels: W is (out, C/groups, kh, kw).
    """

    out: int = count("number of filters, the channels of the output")
    kernel: Pair = size("height and width of the filters")
    stride: Pair = size("step of the window", (1, 1))
    pad: Padding = padding("rows and columns of zeros on each side")
    dilation: Pair = size("distance between neighbours in the kernel", (1, 1), named_only=True)
    groups: int = count("parts that the channels are cut into, each with filters of its own", 1, named_only=True)
    bias: bool = flag("add a learnt number per filter", default=True)
    init: str | float = start()


def out_shape(spec: Conv, shape: Shape) -> Shape:
    channels, height, width = as_map(spec, shape)
    divide(spec, spec.groups, channels, "channels", spec.out)
    divide(spec, spec.groups, spec.out, "filters", channels)
    return spec.out, *window_of(spec, (height, width), spec.dilation).out


def weights(spec: Conv, shape: Shape) -> dict[str, Weight]:
    kernel = spec.kernel[0] * spec.kernel[1]
    inputs = shape[0] // spec.groups
    kernels = Weight((spec.out, inputs, *spec.kernel), spec.init, inputs * kernel, spec.out // spec.groups * kernel)
    return {"W": kernels, "b": Weight((spec.out,))} if spec.bias else {"W": kernels}


def forward(
    spec: Conv, params: Params, state: Params, xs: tuple[Array, ...], ctx: Context
) -> tuple[Array, Params, tuple[Any, Window, Engine]]:
    (x,) = xs
    height, channels, width, _ = x.shape
    window = window_of(spec, (height, width), spec.dilation)
    geometry = Geometry(window, channels, spec.out, spec.groups)
    engine = engine_of(geometry, getattr(spec, "lowering", DEFAULT))
    y, col = engine.forward(window, params["W"], x, ctx)
    if spec.bias:
        add_bias(y, params["b"], y, ctx)
    return y, state, (col, window, engine)


def backward(
    spec: Conv, params: Params, residual: tuple[Any, Window, Engine], dy: Array, ctx: Context
) -> tuple[tuple[Array | None], dict[str, Array]]:
    col, window, engine = residual
    dweight, dx = engine.backward(window, params["W"], col, dy, ctx)
    grads = {"W": dweight}
    if spec.bias:
        grads["b"] = bias_gradient(dy, ctx)
    return (dx,), grads


KIND = LayerKind(Conv, out_shape, forward, backward, weights, replayable=True)

"""Conv: 2-D convolution (cross-correlation, as every framework has it) with an optional bias per output channel."""

from __future__ import annotations

from cnndsl.layers import _convolution
from cnndsl.layers._bias import add_bias, bias_gradient
from cnndsl.layers._fields import Pair, count, flag, size
from cnndsl.layers._kind import Array, Context, LayerKind, Params, Shape, Weight, as_map, layer_spec
from cnndsl.layers._window import out_size


@layer_spec
class Conv:
    """``out`` filters slid over the map: C x H x W -> out x OH x OW, OH = floor((H + 2*pad - kernel)/stride) + 1."""

    out: int = count("number of filters, the channels of the output")
    kernel: Pair = size("height and width of the filters")
    stride: Pair = size("step of the window", (1, 1))
    pad: Pair = size("rows and columns of zeros on each side", (0, 0), minimum=0)
    bias: bool = flag("add a learnt number per filter", default=True)


def out_shape(spec: Conv, shape: Shape) -> Shape:
    _, height, width = as_map(spec, shape)
    return spec.out, *out_size(spec, height, width)


def weights(spec: Conv, shape: Shape) -> dict[str, Weight]:
    kernel = spec.kernel[0] * spec.kernel[1]
    kernels = Weight((spec.out, shape[0], *spec.kernel), "he_normal", shape[0] * kernel, spec.out * kernel)
    return {"W": kernels, "b": Weight((spec.out,))} if spec.bias else {"W": kernels}


def forward(
    spec: Conv, params: Params, state: Params, xs: tuple[Array, ...], ctx: Context
) -> tuple[Array, Params, tuple[Array, Pair]]:
    (x,) = xs
    y, col = _convolution.forward(spec, params["W"], x, ctx)
    if spec.bias:
        add_bias(y, params["b"], out=y)
    return y, state, (col, (x.shape[0], x.shape[2]))


def backward(
    spec: Conv, params: Params, residual: tuple[Array, Pair], dy: Array, ctx: Context
) -> tuple[tuple[Array | None], dict[str, Array]]:
    col, in_size = residual
    grads = {"W": _convolution.weight_gradient(spec, col, dy, ctx)}
    if spec.bias:
        grads["b"] = bias_gradient(dy)
    dx = _convolution.input_gradient(spec, params["W"], dy, in_size, ctx) if ctx.wants_dx else None
    return (dx,), grads


KIND = LayerKind(Conv, out_shape, forward, backward, weights, aliases=("Conv2d",))

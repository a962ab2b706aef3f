"""ConvTranspose: the transpose of a convolution, which makes a map larger by its stride, with an optional bias.

What is forward here is the gradient of the input there, and the other way round.
"""

from __future__ import annotations

from functools import lru_cache

from cnndsl.layers import _convolution
from cnndsl.layers._bias import add_bias, bias_gradient
from cnndsl.layers._fields import Pair, count, flag, size, spell, start
from cnndsl.layers._kind import Array, Context, LayerKind, Params, Shape, ShapeError, Weight, as_map, layer_spec
from cnndsl.layers._window import Window


@layer_spec
class ConvTranspose:
    """C x H x W -> out x OH x OW, OH = (H - 1)*stride - 2*pad + kernel + output_pad.

    Each pixel adds a multiple of a filter to its place in the output; ``pad`` cuts the edges off, ``output_pad`` adds
    rows and columns at the bottom and right. W is (C, out, kh, kw), as in ONNX and PyTorch.
    """

    out: int = count("number of channels of the output")
    kernel: Pair = size("height and width of the filters")
    stride: Pair = size("distance in the output between neighbours of the input", (1, 1))
    pad: Pair = size("rows and columns cut off on each side", (0, 0), minimum=0)
    output_pad: Pair = size("rows and columns more at the end, less than the stride", (0, 0), minimum=0)
    bias: bool = flag("add a learnt number per channel", default=True)
    init: str | float = start()

    def __attrs_post_init__(self) -> None:
        if self.output_pad[0] >= self.stride[0] or self.output_pad[1] >= self.stride[1]:
            raise ValueError("output_pad must be smaller than the stride: any more is rows that no filter reaches")


def out_shape(spec: ConvTranspose, shape: Shape) -> Shape:
    _, height, width = as_map(spec, shape)
    size = _out_size(spec, (height, width))
    if min(size) < 1:
        uncut = _out_size(spec, (height, width), cut=0)
        raise ShapeError(
            f"the output of {type(spec).__name__} would be {max(size[0], 0)}x{max(size[1], 0)}",
            code="S202",
            needs=f"{spell(uncut)} less 2*pad {spell(spec.pad)}",
            hint=f"a pad of {(min(uncut) - 1) // 2} or less leaves something",
        )
    return spec.out, *size


def weights(spec: ConvTranspose, shape: Shape) -> dict[str, Weight]:
    kernel = spec.kernel[0] * spec.kernel[1]
    kernels = Weight((shape[0], spec.out, *spec.kernel), spec.init, shape[0] * kernel, spec.out * kernel)
    return {"W": kernels, "b": Weight((spec.out,))} if spec.bias else {"W": kernels}


def forward(
    spec: ConvTranspose, params: Params, state: Params, xs: tuple[Array, ...], ctx: Context
) -> tuple[Array, Params, tuple[Array, Window]]:
    (x,) = xs
    window = _window(spec, (x.shape[0], x.shape[2]))
    y = _convolution.input_gradient(window, params["W"], x, window.size, ctx)
    if spec.bias:
        add_bias(y, params["b"], y, ctx)
    return y, state, (x, window)


def backward(
    spec: ConvTranspose, params: Params, residual: tuple[Array, Window], dy: Array, ctx: Context
) -> tuple[tuple[Array | None], dict[str, Array]]:
    x, window = residual
    if ctx.wants_dx:
        dx, col = _convolution.forward(window, params["W"], dy, ctx)
    else:
        dx, col = None, _convolution.copy_columns(window, dy, ctx)
    grads = {"W": _convolution.weight_gradient(window, col, x, ctx)}
    if spec.bias:
        grads["b"] = bias_gradient(dy, ctx)
    return (dx,), grads


@lru_cache(maxsize=1024)
def _window(spec: ConvTranspose, size: Pair) -> Window:
    """The window of the convolution that this is the transpose of: from the output's size to the input's."""
    return Window(_out_size(spec, size), spec.kernel, spec.stride, spec.pad, size)


def _out_size(spec: ConvTranspose, size: Pair, cut: int = 2) -> Pair:
    height, width = (
        (length - 1) * stride - cut * pad + kernel + more
        for length, stride, pad, kernel, more in zip(
            size, spec.stride, spec.pad, spec.kernel, spec.output_pad, strict=True
        )
    )
    return height, width


KIND = LayerKind(ConvTranspose, out_shape, forward, backward, weights, replayable=True)

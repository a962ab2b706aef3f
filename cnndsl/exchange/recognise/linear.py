"""Convolutions and matrix products."""

from __future__ import annotations

from functools import partial

import numpy as np

from cnndsl.exchange.recognise._use import Layer, UnsupportedError, Use, reads
from cnndsl.exchange.recognise._windows import box_of, fitting, pair_of
from cnndsl.layers._kind import Array
from cnndsl.layers.conv import Conv
from cnndsl.layers.conv_transpose import ConvTranspose
from cnndsl.layers.dw_conv import DWConv
from cnndsl.layers.fc import FC


@reads("Conv")
def _conv(use: Use) -> tuple[Layer, ...]:
    channels, *_ = use.map_shape()
    weights = _kernels(use)
    out, _, height, width = weights["W"].shape
    box = box_of(use, (height, width))
    groups, has_bias = use.operator.whole("group", 1), "b" in weights
    if groups == channels > 1 and box.dilation == (1, 1) and out % channels == 0:
        make = partial(DWConv, box.kernel, box.stride, multiplier=out // channels, bias=has_bias)
        return (Layer(fitting(use, box, make), weights),)
    whole = partial(Conv, out, box.kernel, box.stride, dilation=box.dilation, groups=groups, bias=has_bias)
    return (Layer(fitting(use, box, whole), weights),)


@reads("ConvTranspose")
def _conv_transpose(use: Use) -> tuple[Layer, ...]:
    use.map_shape()
    use.expect(group=1, auto_pad="NOTSET")
    weights = _kernels(use)
    _, out, *kernel = weights["W"].shape
    if "output_shape" in use.operator.attributes or pair_of(use, "dilations", (1, 1)) != (1, 1):
        raise UnsupportedError("it has an output_shape or dilations")
    pads = use.operator.integers("pads", (0, 0, 0, 0))
    if len(pads) != 4 or pads[:2] != pads[2:]:
        raise UnsupportedError(f"its pads are {pads}, and not as much on opposite sides")
    spec = ConvTranspose(
        out,
        tuple(kernel),
        pair_of(use, "strides", (1, 1)),
        pads[:2],
        pair_of(use, "output_padding", (0, 0)),
        bias="b" in weights,
    )
    return (Layer(spec, weights),)


def _kernels(use: Use) -> dict[str, Array]:
    weights = {"W": use.floats(1, rank=4)}
    return {**weights, "b": use.floats(2).reshape(-1)} if use.constant(2) is not None else weights


@reads("Gemm")
def _gemm(use: Use) -> tuple[Layer, ...]:
    use.expect(transA=0)
    alpha, beta = use.operator.number("alpha", 1), use.operator.number("beta", 1)
    layer = _fully_connected(use, transposed=use.operator.flag("transB", default=False), factor=alpha)
    if use.constant(2) is None:
        return (layer,)
    matrix = layer.weights["W"]
    bias = np.broadcast_to(_times(use.floats(2), beta).reshape(-1), (len(matrix),))
    return (Layer(FC(len(matrix)), {"W": matrix, "b": bias}),)


@reads("MatMul")
def _matmul(use: Use) -> tuple[Layer, ...]:
    return (_fully_connected(use, transposed=False, factor=1),)


def _fully_connected(use: Use, *, transposed: bool, factor: float) -> Layer:
    if len(use.shape) != 1 or use.inputs[0] is not use.wires[0]:
        raise UnsupportedError("it is no product of vectors N x F with a matrix")
    matrix = use.floats(1, rank=2)
    matrix = _times(matrix if transposed else matrix.T, factor)
    return Layer(FC(len(matrix), bias=False), {"W": matrix})


def _times(array: Array, factor: float) -> Array:
    return array if factor == 1 else np.multiply(array, factor, dtype=np.float32)

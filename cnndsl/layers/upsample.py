"""Upsample: a map made larger by repeating its pixels, or by straight lines between their centres."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from cnndsl.layers._fields import Pair, size, word
from cnndsl.layers._kind import Array, Context, LayerKind, Params, Shape, as_map, layer_spec


@layer_spec
class Upsample:
    """C x H x W -> C x H*factor x W*factor.

    ``nearest`` repeats each pixel. ``bilinear`` takes pixels as areas: centres lie at halves, so the output's pixel o
    looks at (o + 0.5)/factor - 0.5, and beyond the outermost centres the map goes on as it is there (half-pixel centres
    in ONNX, ``align_corners=False`` in PyTorch).
    """

    factor: Pair = size("how many times as high and as wide", (2, 2))
    mode: str = word("how pixels are filled in", "nearest", "bilinear")


def out_shape(spec: Upsample, shape: Shape) -> Shape:
    channels, height, width = as_map(spec, shape)
    return channels, height * spec.factor[0], width * spec.factor[1]


def forward(
    spec: Upsample, _params: Params, state: Params, xs: tuple[Array, ...], ctx: Context
) -> tuple[Array, Params, Pair]:
    (x,) = xs
    height, _, width, _ = x.shape
    down, across = _matrices(spec, (height, width), x.dtype)
    return _resized(down, across, x, ctx), state, (height, width)


def backward(
    spec: Upsample, _params: Params, size: Pair, dy: Array, ctx: Context
) -> tuple[tuple[Array], dict[str, Array]]:
    down, across = _matrices(spec, size, dy.dtype)
    return (_resized(down.T, across.T, dy, ctx),), {}


def _resized(down: Array, across: Array, x: Array, ctx: Context) -> Array:
    """Every row, then every column, as a product with a matrix: BLAS is quicker at that than NumPy at short runs."""
    height, channels, _, images = x.shape
    wide = np.matmul(across, x, out=ctx.empty((height, channels, len(across), images), x.dtype))
    y = ctx.empty((len(down), *wide.shape[1:]), x.dtype)
    np.matmul(down, wide.reshape(height, -1), out=y.reshape(len(down), -1))
    return y


def _matrices(spec: Upsample, size: Pair, dtype: np.dtype[Any]) -> tuple[Array, Array]:
    down, across = (_matrix(spec.mode, length, factor, dtype) for length, factor in zip(size, spec.factor, strict=True))
    return down, across


@lru_cache(maxsize=256)
def _matrix(mode: str, length: int, factor: int, dtype: np.dtype[Any]) -> Array:
    """The share of each of ``length`` pixels (columns) in each of ``length * factor`` (rows)."""
    outputs = np.arange(length * factor)
    matrix = np.zeros((length * factor, length))
    if mode == "nearest":
        matrix[outputs, outputs // factor] = 1
    else:
        place = np.clip((outputs + 0.5) / factor - 0.5, 0, length - 1)
        before = np.floor(place).astype(int)
        after = np.minimum(before + 1, length - 1)
        np.add.at(matrix, (outputs, before), 1 - (place - before))
        np.add.at(matrix, (outputs, after), place - before)
    matrix = matrix.astype(dtype)
    matrix.flags.writeable = False
    return matrix


KIND = LayerKind(Upsample, out_shape, forward, backward)

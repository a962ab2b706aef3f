"""The average of each window, over the pixels of the map alone: padding is not counted (as in ONNX and Keras).

A sum over a window is one along the width and then one along the height, each by adding shifted slices. Slices along
the width with a stride have short runs; they are copied into arrays of their own first, which is cheaper than to add
them where they are.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from cnndsl.layers._convolution import span
from cnndsl.layers._kind import Array, Context
from cnndsl.layers._layout import copy_images
from cnndsl.layers._window import Window


def forward(window: Window, x: Array, ctx: Context) -> Array:
    """``y``: ``(H, C, W, N)`` -> ``(OH, C, OW, N)``."""
    height, channels, _, images = x.shape
    rows, columns = window.out
    along_width = ctx.empty((height, channels, columns, images), x.dtype)
    ctx.run(np.ndarray.fill, along_width, 0)
    for to, source in _spans(window, 1):
        part = x[:, :, source]
        if window.stride[1] > 1:
            part = copy_images(part, ctx.empty(part.shape, x.dtype), ctx)
        _add(along_width[:, :, to], part, ctx)
    y = ctx.empty((rows, channels, columns, images), x.dtype)
    ctx.run(np.ndarray.fill, y, 0)
    for to, source in _spans(window, 0):
        _add(y[to], along_width[source], ctx)
    ctx.run(np.divide, y, _pixels(window, x.dtype), out=y)
    return y


def backward(window: Window, dy: Array, ctx: Context) -> Array:
    """``dx``: the pixels of a window share its gradient equally."""
    _, channels, columns, images = dy.shape
    height, width = window.size
    shares = ctx.like(dy)
    ctx.run(np.divide, dy, _pixels(window, dy.dtype), out=shares)
    along_width = ctx.empty((height, channels, columns, images), dy.dtype)
    ctx.run(np.ndarray.fill, along_width, 0)
    for source, to in _spans(window, 0):
        _add(along_width[to], shares[source], ctx)
    dx = ctx.empty((height, channels, width, images), dy.dtype)
    ctx.run(np.ndarray.fill, dx, 0)
    alone = window.stride[1] >= window.kernel[1]  # each pixel has one window
    for source, to in _spans(window, 1):
        target, part = dx[:, :, to], along_width[:, :, source]
        if alone:
            copy_images(part, target, ctx)
        else:
            _add(target, part, ctx)
    return dx


def _spans(window: Window, axis: int) -> list[tuple[slice, slice]]:
    """For each element of the window along the height (0) or width (1): outputs, and the pixels that they read."""
    stride, pad, length, outputs = (pair[axis] for pair in (window.stride, window.pad, window.size, window.out))
    return [span(offset, stride, pad, length, outputs) for offset in range(window.kernel[axis])]


@lru_cache(maxsize=256)
def _pixels(window: Window, dtype: np.dtype[Any]) -> Array:
    """How many pixels of the map each window holds, ``(OH, 1, OW, 1)``."""
    rows, columns = np.zeros(window.out[0]), np.zeros(window.out[1])
    for axis, counts in enumerate((rows, columns)):
        for to, _ in _spans(window, axis):
            counts[to] += 1
    pixels = np.outer(rows, columns).astype(dtype)[:, None, :, None]
    pixels.flags.writeable = False
    return pixels


def _add(target: Array, part: Array, ctx: Context) -> None:
    ctx.run(np.add, target, part, out=target)

"""Slow, plain layers in the outer layout ``(N, C, H, W)``, to compare with."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from cnndsl.layers._kind import Array

Place = tuple[int, int, int, int]


def outer(x: Array) -> Array:
    """``(H, C, W, N)`` as ``(N, C, H, W)``."""
    return x.transpose(3, 1, 0, 2)


def inner(x: Array) -> Array:
    """``(N, C, H, W)`` as ``(H, C, W, N)``."""
    return np.ascontiguousarray(x.transpose(2, 1, 3, 0))


def padded(spec: Any, x: Array, value: float) -> Array:
    (ph, pw) = spec.pad
    return np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)), constant_values=value)


def unpadded(spec: Any, x: Array) -> Array:
    (ph, pw), (height, width) = spec.pad, x.shape[2:]
    return x[:, :, ph : height - ph, pw : width - pw]


def places(spec: Any, x: Array, channels: int) -> tuple[Place, Iterator[tuple[Place, slice, slice]]]:
    """The output's shape, and each place of it with the rows and columns of the padded ``x`` that it sees."""
    rows = len(range(0, x.shape[2] - spec.kernel[0] + 1, spec.stride[0]))
    columns = len(range(0, x.shape[3] - spec.kernel[1] + 1, spec.stride[1]))
    shape = (len(x), channels, rows, columns)
    return shape, ((place, *_window(spec, place)) for place in product(*map(range, shape)))


def _window(spec: Any, place: Place) -> tuple[slice, slice]:
    top, left = place[2] * spec.stride[0], place[3] * spec.stride[1]
    return slice(top, top + spec.kernel[0]), slice(left, left + spec.kernel[1])


def convolve(spec: Any, weight: Array, bias: Array, x: Array) -> Array:
    """Image by image, filter by filter, row by row, column by column."""
    x = padded(spec, x, 0)
    shape, windows = places(spec, x, len(weight))
    y = np.empty(shape)
    for place, rows, columns in windows:
        image, filter_, _, _ = place
        y[place] = (x[image, :, rows, columns] * weight[filter_]).sum() + bias[filter_]
    return y


def convolve_back(spec: Any, weight: Array, x: Array, dy: Array) -> tuple[Array, Array, Array]:
    """``dx, dW, db`` by handing each number of ``dy`` to what made its place."""
    x = padded(spec, x, 0)
    dx, dweight, dbias = np.zeros_like(x), np.zeros_like(weight), np.zeros(len(weight))
    for place, rows, columns in places(spec, x, len(weight))[1]:
        image, filter_, _, _ = place
        dx[image, :, rows, columns] += dy[place] * weight[filter_]
        dweight[filter_] += dy[place] * x[image, :, rows, columns]
        dbias[filter_] += dy[place]
    return unpadded(spec, dx), dweight, dbias


def pool(spec: Any, x: Array) -> Array:
    """The maximum of each window."""
    x = padded(spec, x, -np.inf)
    shape, windows = places(spec, x, x.shape[1])
    y = np.empty(shape)
    for place, rows, columns in windows:
        y[place] = x[(*place[:2], rows, columns)].max()
    return y


def pool_back(spec: Any, x: Array, dy: Array) -> Array:
    """Each number of ``dy`` to the first maximum of its window in row order."""
    x = padded(spec, x, -np.inf)
    dx = np.zeros_like(x)
    for place, rows, columns in places(spec, x, x.shape[1])[1]:
        image, channel, _, _ = place
        row, column = np.unravel_index(np.argmax(x[image, channel, rows, columns]), spec.kernel)
        dx[image, channel, rows.start + row, columns.start + column] += dy[place]
    return unpadded(spec, dx)

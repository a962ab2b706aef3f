"""Slow, plain layers with windows, in the outer layout ``(N, C, H, W)``, to compare with."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import ceil
from typing import Any, NamedTuple

import numpy as np

from cnndsl.layers._kind import Array

Place = tuple[int, int, int, int]


def outer(x: Array) -> Array:
    """``(H, C, W, N)`` as ``(N, C, H, W)``, ``(F, N)`` as ``(N, F)``."""
    return x.transpose(3, 1, 0, 2) if x.ndim == 4 else x.T


def inner(x: Array) -> Array:
    """``(N, C, H, W)`` as ``(H, C, W, N)``, ``(N, F)`` as ``(F, N)``."""
    return np.ascontiguousarray(x.transpose(2, 1, 3, 0) if x.ndim == 4 else x.T)


class Frame(NamedTuple):
    """Along one direction: padding before and behind, and where in the padded map each window begins."""

    before: int
    behind: int
    starts: list[int]


def frame(spec: Any, length: int, axis: int) -> Frame:
    """The windows along the height (0) or width (1), listed one by one."""
    stride, reach = spec.stride[axis], _reach(spec, axis)
    if spec.pad == "same":
        starts = [stride * index for index in range(ceil(length / stride))]
        missing = max(0, starts[-1] + reach - length)
        return Frame(missing // 2, missing - missing // 2, starts)
    pad = spec.pad[axis]
    end = length + 2 * pad
    if getattr(spec, "ceil", False):
        starts = [start for start in range(0, length + pad, stride) if start - stride + reach < end]
    else:
        starts = [start for start in range(0, end, stride) if start + reach <= end]
    return Frame(pad, max(0, starts[-1] + reach - length - pad), starts)


def _gap(spec: Any, axis: int) -> int:
    return getattr(spec, "dilation", (1, 1))[axis]


def _reach(spec: Any, axis: int) -> int:
    return (spec.kernel[axis] - 1) * _gap(spec, axis) + 1


def padded(spec: Any, x: Array, value: float) -> Array:
    widths = [frame(spec, length, axis)[:2] for axis, length in enumerate(x.shape[2:])]
    return np.pad(x, ((0, 0), (0, 0), *widths), constant_values=value)


def unpadded(spec: Any, framed: Array, x: Array) -> Array:
    """The part of ``framed`` that stands where ``x`` does."""
    top, left = (frame(spec, length, axis).before for axis, length in enumerate(x.shape[2:]))
    return framed[:, :, top : top + x.shape[2], left : left + x.shape[3]]


def places(spec: Any, x: Array, channels: int) -> tuple[Place, Iterator[tuple[Place, slice, slice]]]:
    """The output's shape, and each place of it with the rows and columns of the padded ``x`` that it sees."""
    starts = [frame(spec, length, axis).starts for axis, length in enumerate(x.shape[2:])]
    shape = (len(x), channels, len(starts[0]), len(starts[1]))

    def window(place: Place, axis: int) -> slice:
        start = starts[axis][place[2 + axis]]
        return slice(start, start + _reach(spec, axis), _gap(spec, axis))

    return shape, ((place, window(place, 0), window(place, 1)) for place in product(*map(range, shape)))


def convolve(spec: Any, weight: Array, bias: Array, x: Array) -> Array:
    """Image by image, filter by filter, row by row, column by column."""
    shape, windows = places(spec, x, len(weight))
    framed, y = padded(spec, x, 0), np.empty(shape)
    for place, rows, columns in windows:
        image, filter_, _, _ = place
        y[place] = (framed[image, _group(weight, x, filter_), rows, columns] * weight[filter_]).sum() + bias[filter_]
    return y


def convolve_back(spec: Any, weight: Array, x: Array, dy: Array) -> tuple[Array, Array, Array]:
    """``dx, dW, db`` by handing each number of ``dy`` to what made its place."""
    framed = padded(spec, x, 0)
    dx, dweight, dbias = np.zeros_like(framed), np.zeros_like(weight), np.zeros(len(weight))
    for place, rows, columns in places(spec, x, len(weight))[1]:
        image, filter_, _, _ = place
        group = _group(weight, x, filter_)
        dx[image, group, rows, columns] += dy[place] * weight[filter_]
        dweight[filter_] += dy[place] * framed[image, group, rows, columns]
        dbias[filter_] += dy[place]
    return unpadded(spec, dx, x), dweight, dbias


def _group(weight: Array, x: Array, filter_: int) -> slice:
    """The channels that a filter sees."""
    each = weight.shape[1]
    first = filter_ // (len(weight) // (x.shape[1] // each)) * each
    return slice(first, first + each)


def spread(spec: Any, weight: Array, bias: Array, x: Array) -> Array:
    """A transposed convolution: every pixel adds its multiple of the filters, and the edges are cut off."""
    (kh, kw), (sh, sw), (ph, pw), (oh, ow) = spec.kernel, spec.stride, spec.pad, spec.output_pad
    images, channels, height, width = x.shape
    y = np.zeros((images, spec.out, (height - 1) * sh + kh + oh, (width - 1) * sw + kw + ow))
    for image, channel, row, column in np.ndindex(images, channels, height, width):
        place = (image, slice(None), slice(row * sh, row * sh + kh), slice(column * sw, column * sw + kw))
        y[place] += x[image, channel, row, column] * weight[channel]
    return y[:, :, ph : y.shape[2] - ph, pw : y.shape[3] - pw] + bias[:, None, None]


def pool(spec: Any, x: Array) -> Array:
    """The maximum of each window."""
    shape, windows = places(spec, x, x.shape[1])
    framed, y = padded(spec, x, -np.inf), np.empty(shape)
    for place, rows, columns in windows:
        y[place] = framed[(*place[:2], rows, columns)].max()
    return y


def pool_back(spec: Any, x: Array, dy: Array) -> Array:
    """Each number of ``dy`` to the first maximum of its window in row order."""
    framed = padded(spec, x, -np.inf)
    dx = np.zeros_like(framed)
    for place, rows, columns in places(spec, x, x.shape[1])[1]:
        image, channel, _, _ = place
        row, column = np.unravel_index(np.argmax(framed[image, channel, rows, columns]), spec.kernel)
        dx[image, channel, rows.start + row, columns.start + column] += dy[place]
    return unpadded(spec, dx, x)


def average(spec: Any, x: Array) -> Array:
    """The mean of each window, without its padding."""
    shape, windows = places(spec, x, x.shape[1])
    framed, y = padded(spec, x, np.nan), np.empty(shape)
    for place, rows, columns in windows:
        y[place] = np.nanmean(framed[(*place[:2], rows, columns)])
    return y

"""The arithmetic of batch normalisation, with or without a ReLU behind it, in few passes over memory.

``y = a*(x - mean) + b`` and ``dx = a*dz + b*x + c`` are worked off a band of rows at a time, so that only the first
operation on a band reads from memory and only the last one writes to it.

Statistics are those of the whole batch, however many parts of it are worked off at once: each part finds its mean and
the sum of squares around that, and these are merged.

T. Chan, G. Golub and R. LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979.

===========  =====================================
rows         ``(H, C, W*N)``, of a vector ``(1, F, N)``
per channel  ``(C,)``
===========  =====================================
"""

from __future__ import annotations

import numpy as np
from attrs import frozen

from cnndsl.layers._channels import as_rows, ones
from cnndsl.layers._elementwise import positive_part
from cnndsl.layers._kind import Array, Context
from cnndsl.layers._layout import dense

# Numbers in a band of rows: an eighth of a megabyte in single precision, of which the second cache holds several.
_BAND = 1 << 15


@frozen(eq=False)
class Statistics:
    """Count, mean and variance of each channel, and how far the mean of this part is above that of the batch."""

    count: Array
    mean: Array
    var: Array
    offset: Array


def statistics(x: Array, centred: Array, ctx: Context) -> Statistics:
    """Of the batch of which ``x`` is a part, in new memory; ``centred`` is then the rows of ``x - mean - offset``."""
    rows = as_rows(dense(x, ctx))
    own = np.empty((3, rows.shape[1]), x.dtype)
    count, mean, squares = own
    ctx.run(np.ndarray.fill, count, rows.shape[0] * rows.shape[2])
    sums = ctx.empty(rows.shape[:2], x.dtype)
    ctx.run(np.vecdot, rows, ones(rows), out=sums)
    ctx.run(np.add.reduce, sums, axis=0, out=mean)
    ctx.run(np.divide, mean, count, out=mean)
    pivot = spread(mean, rows, ctx)
    for band in _bands(rows):
        ctx.run(np.subtract, rows[band], pivot, out=centred[band])
        ctx.run(np.vecdot, centred[band], centred[band], out=sums[band])
    ctx.run(np.add.reduce, sums, axis=0, out=squares)
    return _merged(own, ctx)


def apply(centred: Array, factor: Array, bias: Array, out: Array, ctx: Context, *, relu: bool) -> None:
    """``factor*centred + bias`` for each channel into ``out``, and with ``relu`` 0 where that is negative."""
    factors, biases = spread(factor, centred, ctx), spread(bias, centred, ctx)
    for band in _bands(centred):
        ctx.run(np.multiply, centred[band], factors, out=out[band])
        ctx.run(np.add, out[band], biases, out=out[band])
        if relu:
            positive_part(out[band], out[band], ctx)


def products(dy: Array, centred: Array, output: Array | None, ctx: Context) -> tuple[Array, Array]:
    """``dz``, which is ``dy`` where the ReLU let the output through, and its sums ``(2, C)``: plain, and times centred.

    All but the sums ``(H, C, W*N)``. The sums are those of this part of the batch alone.
    """
    dz = dy if output is None else ctx.like(dy)
    sums = ctx.empty((2, *dy.shape[:2]), dy.dtype)
    one = ones(dy)
    for band in _bands(dy):
        if output is not None:
            passed = ctx.empty(dy[band].shape, np.bool_)
            ctx.run(np.greater, output[band], dy.dtype.type(0), out=passed)
            ctx.run(np.multiply, dy[band], passed, out=dz[band])
        ctx.run(np.vecdot, dz[band], one, out=sums[0, band])
        ctx.run(np.vecdot, dz[band], centred[band], out=sums[1, band])
    total = np.empty((2, dy.shape[1]), dy.dtype)
    ctx.run(np.add.reduce, sums, axis=1, out=total)
    return dz, total


def input_gradient(dz: Array, centred: Array, factors: Array, out: Array, ctx: Context) -> None:
    """``a*dz + b*centred + c`` for each channel into ``out``; ``factors`` ``(3, C)`` are a, b and c."""
    by_dz, by_value, shift = (spread(factor, dz, ctx) for factor in factors)
    for band in _bands(dz):
        value = ctx.empty(dz[band].shape, dz.dtype)
        ctx.run(np.multiply, centred[band], by_value, out=value)
        ctx.run(np.add, value, shift, out=value)
        ctx.run(np.multiply, dz[band], by_dz, out=out[band])
        ctx.run(np.add, out[band], value, out=out[band])


def spread(per_channel: Array, rows: Array, ctx: Context) -> Array:
    """``(C,)`` as ``(C, W*N)``: NumPy works on two arrays in two thirds of the time that an array and numbers take."""
    full = ctx.empty(rows.shape[1:], rows.dtype)
    ctx.run(np.copyto, full, per_channel[:, None])
    return full


def sum_of_parts(array: Array, ctx: Context) -> Array:
    """The sum of an array over all parts of the batch, always in the same order; new memory."""
    parts = np.empty((ctx.parts, *array.shape), array.dtype)
    ctx.run(ctx.gather, array, parts)
    total = np.empty_like(array)
    ctx.run(np.add.reduce, parts, axis=0, out=total)
    return total


def _merged(own: Array, ctx: Context) -> Statistics:
    """Statistics of all parts from count, mean and sum of squares ``(3, C)`` of this one."""
    parts = np.empty((ctx.parts, *own.shape), own.dtype)
    ctx.run(ctx.gather, own, parts)
    counts, means, squares = parts.swapaxes(0, 1)
    weighted, shifts = np.empty_like(means), np.empty_like(means)
    count, mean, var, offset = np.empty((4, *own.shape[1:]), own.dtype)
    ctx.run(np.add.reduce, counts, axis=0, out=count)
    ctx.run(np.multiply, counts, means, out=weighted)
    ctx.run(np.add.reduce, weighted, axis=0, out=mean)
    ctx.run(np.divide, mean, count, out=mean)
    ctx.run(np.subtract, means, mean, out=shifts)
    ctx.run(np.multiply, counts, shifts, out=weighted)
    ctx.run(np.multiply, weighted, shifts, out=weighted)
    ctx.run(np.add, weighted, squares, out=weighted)
    ctx.run(np.add.reduce, weighted, axis=0, out=var)
    ctx.run(np.divide, var, count, out=var)
    ctx.run(np.subtract, own[1], mean, out=offset)
    return Statistics(count, mean, var, offset)


def _bands(rows: Array) -> list[slice]:
    """Bands of rows that stay in the cache."""
    height = max(1, _BAND // max(1, rows[0].size))
    return [slice(first, min(first + height, len(rows))) for first in range(0, len(rows), height)]

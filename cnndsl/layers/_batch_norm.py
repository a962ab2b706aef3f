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

from collections.abc import Iterator

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
    """Count, mean and variance of each channel."""

    count: Array
    mean: Array
    var: Array


def statistics(x: Array, ctx: Context) -> Statistics:
    """Of the batch of which ``x`` is a part, in new memory."""
    rows = as_rows(dense(x, ctx))
    own = np.empty((3, rows.shape[1]), x.dtype)
    count, mean, squares = own
    ctx.run(np.ndarray.fill, count, rows.shape[0] * rows.shape[2])
    sums = ctx.empty(rows.shape[:2], x.dtype)
    ctx.run(np.vecdot, rows, ones(rows), out=sums)
    ctx.run(np.add.reduce, sums, axis=0, out=mean)
    ctx.run(np.divide, mean, count, out=mean)
    for band, centred in _bands(rows, ctx):
        ctx.run(np.subtract, rows[band], mean[:, None], out=centred)
        ctx.run(np.vecdot, centred, centred, out=sums[band])
    ctx.run(np.add.reduce, sums, axis=0, out=squares)
    return _merged(own, ctx)


def apply(x: Array, mean: Array, factor: Array, bias: Array | None, ctx: Context, *, relu: bool) -> Array:
    """``factor*(x - mean) + bias`` for each channel, and with ``relu`` 0 where that is negative."""
    y = ctx.empty(x.shape, x.dtype)
    rows, out = as_rows(dense(x, ctx)), as_rows(y)
    for band, _ in _bands(rows, ctx):
        # Not as factor*x and a constant: where a channel hardly varies, the two are large and their sum is not.
        ctx.run(np.subtract, rows[band], mean[:, None], out=out[band])
        ctx.run(np.multiply, out[band], factor[:, None], out=out[band])
        if bias is not None:
            ctx.run(np.add, out[band], bias[:, None], out=out[band])
        if relu:
            positive_part(out[band], out[band], ctx)
    return y


def products(dy: Array, x: Array, mean: Array, y: Array | None, ctx: Context) -> tuple[Array, Array]:
    """``dz``, which is ``dy`` where the ReLU let ``y`` through, and its sums ``(2, C)``: plain, and times ``x - mean``.

    The sums are those of ``x``, a part of the batch, alone.
    """
    rows, dy_rows = as_rows(dense(x, ctx)), as_rows(dense(dy, ctx))
    dz = dy_rows if y is None else as_rows(ctx.empty(dy.shape, dy.dtype))
    sums = ctx.empty((2, *rows.shape[:2]), dy.dtype)
    for band, centred in _bands(rows, ctx):
        if y is not None:
            passed = ctx.empty(centred.shape, np.bool_)
            ctx.run(np.greater, as_rows(y)[band], y.dtype.type(0), out=passed)
            ctx.run(np.multiply, dy_rows[band], passed, out=dz[band])
        ctx.run(np.vecdot, dz[band], ones(rows), out=sums[0, band])
        ctx.run(np.subtract, rows[band], mean[:, None], out=centred)
        ctx.run(np.vecdot, dz[band], centred, out=sums[1, band])
    total = np.empty((2, rows.shape[1]), dy.dtype)
    ctx.run(np.add.reduce, sums, axis=1, out=total)
    return dz.reshape(dy.shape), total


def input_gradient(dz: Array, x: Array, factors: Array, ctx: Context) -> Array:
    """``a*dz + b*x + c`` for each channel; ``factors`` ``(3, C)`` are a, b and c."""
    dx = ctx.empty(x.shape, dz.dtype)
    rows, dz_rows, out = as_rows(dense(x, ctx)), as_rows(dz), as_rows(dx)
    by_dz, by_x, shift = factors[:, :, None]
    for band, by_value in _bands(rows, ctx):
        ctx.run(np.multiply, rows[band], by_x, out=by_value)
        ctx.run(np.add, by_value, shift, out=by_value)
        ctx.run(np.multiply, dz_rows[band], by_dz, out=out[band])
        ctx.run(np.add, out[band], by_value, out=out[band])
    return dx


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
    count, mean, var = np.empty_like(own)
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
    return Statistics(count, mean, var)


def _bands(rows: Array, ctx: Context) -> Iterator[tuple[slice, Array]]:
    """Bands of rows that stay in the cache, each with memory for as many numbers."""
    height = max(1, _BAND // max(1, rows[0].size))
    work = ctx.empty((min(height, len(rows)), *rows.shape[1:]), rows.dtype)
    for first in range(0, len(rows), height):
        band = slice(first, min(first + height, len(rows)))
        yield band, work[: band.stop - first]

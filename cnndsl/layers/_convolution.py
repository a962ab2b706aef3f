"""Convolution over the batch-innermost layout without a full im2col.

``col`` holds ``kw`` shifted copies of the padded input, so that the window of an output row is a *view*: overlapping
runs of ``kh`` consecutive rows. One ``matmul`` over these views is the convolution, and its output is in the layout
again.

===========  ==================================================================
x            ``(H, C, W, N)``
col          ``(Hp, kw, C, OW, N)``; Hp = (OH-1)*stride + kh rows that are read
window       ``(OH/R, K, OW*N)`` view; K = (kh + (R-1)*stride) * kw * C
W            ``(O, C, kh, kw)``
y, dy        ``(OH, O, OW, N)``
===========  ==================================================================

**Bands.** A BLAS library copies the window into its own packed form before it multiplies; with few output channels
that copy costs more than the arithmetic. So ``R`` output rows are made by one product, with a weight matrix that holds
the kernel ``R`` times, each one stride lower: somewhat more arithmetic, ``R`` times less packing.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from cnndsl.layers._fields import Pair
from cnndsl.layers._kind import Array, Context
from cnndsl.layers._layout import dense
from cnndsl.layers._window import Window

# What packing one element costs, in multiply-adds: fitted to timings of 6 to 32 channels on OpenBLAS.
_PACKING = 12


def forward(spec: Window, weight: Array, x: Array, ctx: Context) -> tuple[Array, Array]:
    """``y`` without bias, and ``col`` for :func:`weight_gradient`."""
    (rows, columns), images = spec.out, x.shape[3]
    col = copy_columns(spec, x, ctx)
    outputs = weight.shape[0]
    band = _band_rows(rows, outputs, spec.kernel[0], spec.stride[0])
    y = ctx.empty((rows, outputs, columns, images), x.dtype)
    ctx.run(
        np.matmul,
        _banded(weight, band, spec.stride[0], ctx),
        _windows(col, band, rows, spec),
        out=y.reshape(rows // band, band * outputs, columns * images),
    )
    return y, col


def backward(spec: Window, weight: Array, col: Array, dy: Array, ctx: Context) -> tuple[Array, Array | None]:
    """``dW`` and, where it is wanted, ``dx``."""
    dx = input_gradient(spec, weight, dy, spec.size, ctx) if ctx.wants_dx else None
    return weight_gradient(spec, col, dy, ctx), dx


def weight_gradient(spec: Window, col: Array, dy: Array, ctx: Context) -> Array:
    """``dW`` ``(O, C, kh, kw)``, new memory."""
    (kh, kw), stride = spec.kernel, spec.stride[0]
    rows, outputs, columns, images = dy.shape
    band = _band_rows(rows, outputs, kh, stride)
    window = _windows(col, band, rows, spec)
    banded = dense(dy, ctx).reshape(rows // band, band * outputs, columns * images)
    # The larger matrix first: the library is faster by a tenth than with the product the other way round.
    products = ctx.empty((rows // band, window.shape[1], band * outputs), dy.dtype)
    ctx.run(np.matmul, window, banded.swapaxes(1, 2), out=products)
    total = ctx.empty(products.shape[1:], dy.dtype)
    ctx.run(np.add.reduce, products, axis=0, out=total)
    reach = kh + (band - 1) * stride
    parts = total.reshape(reach, kw, -1, band, outputs).transpose(3, 4, 0, 1, 2)
    dw = np.empty((outputs, parts.shape[-1], kh, kw), dy.dtype)
    as_parts = dw.transpose(0, 2, 3, 1)
    ctx.run(np.copyto, as_parts, parts[0, :, :kh])
    for row in range(1, band):
        ctx.run(np.add, as_parts, parts[row, :, row * stride : row * stride + kh], out=as_parts)
    return dw


def input_gradient(spec: Window, weight: Array, dy: Array, size: Pair, ctx: Context) -> Array:
    """``dx`` ``(H, C, W, N)`` for an input of ``size`` (H, W).

    A row of the input gathers the few rows of ``dy`` that it fed, again an overlapping view: one ``matmul`` for each
    phase of the vertical stride. What is left, the shifts along the width, is ``kw`` additions of slices.
    """
    outputs, channels, kh, _ = weight.shape
    _, _, columns, images = dy.shape
    reach = -(-kh // spec.stride[0])
    padded = pad_rows(spec, dy, size[0], reach, ctx).reshape(-1, outputs, columns * images)
    dx = ctx.empty((size[0], channels, size[1], images), dy.dtype)
    ctx.run(np.ndarray.fill, dx, 0)
    for phase in range(min(spec.stride[0], kh)):
        _gather_phase(spec, weight, padded, phase, dx, columns, ctx)
    return dx


def copy_columns(spec: Window, x: Array, ctx: Context) -> Array:
    """``col``: the padded input once for each column of the kernel, shifted and thinned by the stride."""
    (kh, kw), (sh, sw), (ph, pw), out = spec.kernel, spec.stride, spec.pad, spec.out
    height, channels, width, images = x.shape
    needed = (out[0] - 1) * sh + kh
    if kw == sw == 1 and ph == pw == 0 and needed <= height:
        return dense(x[:needed, None], ctx)
    col = ctx.empty((needed, kw, channels, out[1], images), x.dtype)
    last = min(needed, ph + height)
    if ph:
        ctx.run(np.ndarray.fill, col[:ph], 0)
    if last < needed:
        ctx.run(np.ndarray.fill, col[last:], 0)
    inside, rows = col[ph:last], x[: last - ph]
    for offset in range(kw):
        to, source = span(offset * spec.dilation[1], sw, pw, width, out[1])
        if to.start:
            ctx.run(np.ndarray.fill, inside[:, offset, :, : to.start], 0)
        if to.stop < out[1]:
            ctx.run(np.ndarray.fill, inside[:, offset, :, to.stop :], 0)
        ctx.run(np.copyto, inside[:, offset, :, to], rows[:, :, source])
    return col


@lru_cache(maxsize=1024)
def span(offset: int, stride: int, pad: int, width: int, outputs: int) -> tuple[slice, slice]:
    """Which outputs the element of a window at ``offset`` reaches inside the image, and which inputs it reads there."""
    first = min(outputs, max(0, -(-(pad - offset) // stride)))
    last = max(first, min(outputs, (width - 1 + pad - offset) // stride + 1))
    start = first * stride + offset - pad
    return slice(first, last), slice(start, start + (last - first - 1) * stride + 1 if last > first else start, stride)


def _windows(col: Array, band: int, rows: int, spec: Window) -> Array:
    """The windows of ``rows`` output rows, ``band`` rows each, as one overlapping view of ``col``."""
    _, kw, channels, columns, images = col.shape
    step = spec.stride[0]
    reach = spec.kernel[0] + (band - 1) * step
    return _overlapping(col, (rows // band, reach * kw * channels, columns * images), step * band)


def _overlapping(rows: Array, shape: tuple[int, int, int], step: int) -> Array:
    """Matrices of ``shape[1]`` lines of ``shape[2]`` numbers, each beginning ``step`` rows after the one before.

    ``np.ndarray`` over the buffer is a quarter of ``as_strided``'s price, and it checks the bounds.
    """
    line = shape[2] * rows.itemsize
    return np.ndarray(shape, rows.dtype, rows, 0, (rows.strides[0] * step, line, rows.itemsize))


@lru_cache(maxsize=1024)
def _band_rows(rows: int, outputs: int, kh: int, stride: int) -> int:
    """The number of output rows in a band that costs least: packing shared by the band against zeros multiplied."""

    def cost(band: int) -> float:
        reach = kh + (band - 1) * stride
        return reach * (_PACKING / band + outputs)

    return min((band for band in range(1, rows + 1) if rows % band == 0), key=cost)


def _banded(weight: Array, band: int, stride: int, ctx: Context) -> Array:
    """``W`` as a matrix ``(R*O, K)`` for a window of ``R`` output rows."""
    outputs, channels, kh, kw = weight.shape
    matrix = np.zeros((band, outputs, kh + (band - 1) * stride, kw, channels), weight.dtype)
    for row in range(band):
        ctx.run(np.copyto, matrix[row, :, row * stride : row * stride + kh], weight.transpose(0, 2, 3, 1))
    return matrix.reshape(band * outputs, -1)


def pad_rows(spec: Window, dy: Array, height: int, reach: int, ctx: Context) -> Array:
    """``dy`` with zero rows around it, so that each input row's window of ``reach`` rows exists."""
    rows = dy.shape[0]
    above = reach - 1
    below = max(0, (spec.pad[0] + height - 1) // spec.stride[0] + 1 - rows)
    if above == 0 and below == 0:
        return dense(dy, ctx)
    padded = ctx.empty((above + rows + below, *dy.shape[1:]), dy.dtype)
    ctx.run(np.ndarray.fill, padded[:above], 0)
    ctx.run(np.copyto, padded[above : above + rows], dy)
    ctx.run(np.ndarray.fill, padded[above + rows :], 0)
    return padded


def _gather_phase(
    spec: Window, weight: Array, padded: Array, phase: int, dx: Array, columns: int, ctx: Context
) -> None:
    """Add to ``dx`` what the kernel rows ``phase, phase + stride, ...`` give to the input rows of that phase."""
    (kh, kw), (sh, sw), (ph, pw) = spec.kernel, spec.stride, spec.pad
    _, channels, width, images = dx.shape
    outputs = weight.shape[0]
    taps = len(range(phase, kh, sh))
    above = -(-kh // sh) - 1
    first = (phase - ph) % sh
    targets = dx[first::sh]
    if not len(targets):
        return
    start = (first + ph) // sh
    # Later output rows meet earlier kernel rows, hence the reversal.
    matrix = ctx.empty((kw, channels, taps, outputs), weight.dtype)
    ctx.run(np.copyto, matrix, weight[:, :, phase::sh][:, :, ::-1].transpose(3, 1, 2, 0))
    window = _overlapping(padded[above + start - (taps - 1) :], (len(targets), taps * outputs, columns * images), 1)
    parts = ctx.empty((len(targets), kw, channels, columns, images), dx.dtype)
    products = parts.reshape(len(targets), kw * channels, columns * images)
    ctx.run(np.matmul, matrix.reshape(kw * channels, taps * outputs), window, out=products)
    for offset in range(kw):
        source, to = span(offset * spec.dilation[1], sw, pw, width, columns)
        reached = targets[:, :, to]
        ctx.run(np.add, reached, parts[:, offset, :, source], out=reached)

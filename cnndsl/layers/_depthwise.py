"""Convolution of each channel alone, with ``m`` filters each.

The taps of an output row and a channel are an overlapping view of ``col`` (see :mod:`cnndsl.layers._convolution`), and
so is what an input row gathers: products of small matrices again, each over one long run. That is 3.5 to 4 times as
fast as adding up shifted multiples, which goes over memory twice for each tap.

===========  =====================================================================
x            ``(H, C, W, N)``
col          ``(Hp, kw, C, OW, N)``
taps         ``(OH, C, kh*kw, OW*N)`` view
W            ``(C*m, 1, kh, kw)``; the filters of a channel follow each other
y, dy        ``(OH, C*m, OW, N)``
===========  =====================================================================
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from attrs import frozen

from cnndsl.layers._convolution import copy_columns, pad_rows, span
from cnndsl.layers._fields import Pair
from cnndsl.layers._kind import Array, Context
from cnndsl.layers._layout import dense
from cnndsl.layers._window import Window


@frozen
class Depthwise:
    """The convolution of a number of channels, each alone."""

    channels: int

    def forward(self, window: Window, weight: Array, x: Array, ctx: Context) -> tuple[Array, Array]:
        """``y`` without bias, and ``col`` for :meth:`weight_gradient`."""
        (rows, columns), images = window.out, x.shape[3]
        col = copy_columns(window, x, ctx)
        y = ctx.empty((rows, len(weight), columns, images), x.dtype)
        kernels = ctx.empty((self.channels, len(weight) // self.channels, weight[0].size), weight.dtype)
        ctx.run(np.copyto, kernels.reshape(weight.shape), weight)
        ctx.run(np.matmul, kernels, _taps(col, window), out=y.reshape(rows, self.channels, -1, columns * images))
        return y, col

    def backward(
        self, window: Window, weight: Array, col: Array, dy: Array, ctx: Context
    ) -> tuple[Array, Array | None]:
        """``dW`` and, where it is wanted, ``dx``."""
        dx = self.input_gradient(window, weight, dy, window.size, ctx) if ctx.wants_dx else None
        return self.weight_gradient(window, col, dy, ctx), dx

    def weight_gradient(self, window: Window, col: Array, dy: Array, ctx: Context) -> Array:
        """``dW`` ``(C*m, 1, kh, kw)``, new memory."""
        rows, filters, columns, images = dy.shape
        each = dense(dy, ctx).reshape(rows, self.channels, -1, 1, columns * images)
        taps = _taps(col, window)[:, :, None]
        products = ctx.empty((*each.shape[:3], taps.shape[3]), dy.dtype)
        ctx.run(np.vecdot, each, taps, out=products)
        dw = np.empty((filters, 1, *window.kernel), dy.dtype)
        ctx.run(np.add.reduce, products, axis=0, out=dw.reshape(products.shape[1:]))
        return dw

    def input_gradient(self, window: Window, weight: Array, dy: Array, size: Pair, ctx: Context) -> Array:
        """``dx`` ``(H, C, W, N)`` for an input of ``size`` (H, W): each row gathers the rows of ``dy`` that it fed."""
        mirrored = _mirrored(window)
        if mirrored and len(weight) == self.channels:
            dx, _ = self.forward(mirrored, weight[:, :, ::-1, ::-1], dy, ctx)
            return dx
        rows, _, columns, images = dy.shape
        kh, stride = window.kernel[0], window.stride[0]
        # The filters before the channels, so that a channel's rows and filters are evenly spaced.
        fed = dense(dy, ctx).reshape(rows, self.channels, -1, columns, images).swapaxes(1, 2)
        padded = pad_rows(window, fed, size[0], -(-kh // stride), ctx)
        dx = ctx.empty((size[0], self.channels, size[1], images), dy.dtype)
        ctx.run(np.ndarray.fill, dx, 0)
        for phase in range(min(stride, kh)):
            self._gather(window, weight, padded, phase, dx, ctx)
        return dx

    def _gather(self, window: Window, weight: Array, padded: Array, phase: int, dx: Array, ctx: Context) -> None:
        """Add to ``dx`` what the kernel rows ``phase, phase + stride, ...`` give to the input rows of that phase."""
        (kh, kw), (sh, sw), (ph, pw) = window.kernel, window.stride, window.pad
        multiplier, _, columns, images = padded.shape[1:]
        first = (phase - ph) % sh
        targets = dx[first::sh]
        if not len(targets):
            return
        # Later output rows meet earlier kernel rows, hence the reversal.
        kernels = weight.reshape(self.channels, multiplier, kh, kw)[:, :, phase::sh][:, :, ::-1]
        taps = kernels.shape[2]
        matrices = ctx.empty((self.channels, kw, taps, multiplier), weight.dtype)
        ctx.run(np.copyto, matrices, kernels.transpose(0, 3, 2, 1))
        above = -(-kh // sh) - 1
        fed = padded[above + (first + ph) // sh - (taps - 1) :]
        run = columns * images * fed.itemsize
        strides = (multiplier * self.channels * run, run, self.channels * run, fed.itemsize)
        shape = (len(targets), self.channels, taps * multiplier, columns * images)
        parts = ctx.empty((len(targets), self.channels, kw, columns, images), dx.dtype)
        gathered = np.ndarray(shape, fed.dtype, fed, 0, strides)
        ctx.run(np.matmul, matrices.reshape(*matrices.shape[:2], -1), gathered, out=parts.reshape(*shape[:2], kw, -1))
        for offset in range(kw):
            source, to = span(offset * window.dilation[1], sw, pw, dx.shape[2], columns)
            reached = targets[:, :, to]
            ctx.run(np.add, reached, parts[:, :, offset, source], out=reached)


@lru_cache(maxsize=1024)
def _mirrored(window: Window) -> Window | None:
    """The convolution with the kernel turned round that the gradient of one with stride 1 is, if it is one."""
    pad = window.kernel[0] - 1 - window.pad[0], window.kernel[1] - 1 - window.pad[1]
    if window.stride != (1, 1) or window.dilation != (1, 1) or min(pad) < 0:
        return None
    return Window(window.out, window.kernel, window.stride, pad, window.size)


def _taps(col: Array, window: Window) -> Array:
    """What the kernel of each channel meets at each output row, as one overlapping view of ``col``."""
    _, kw, channels, columns, images = col.shape
    run = columns * images * col.itemsize
    shape = (window.out[0], channels, window.kernel[0] * kw, columns * images)
    return np.ndarray(shape, col.dtype, col, 0, (col.strides[0] * window.stride[0], run, channels * run, col.itemsize))

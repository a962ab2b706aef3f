"""Which convolution does the work: the plain one, or what groups and gaps between kernel rows make of it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Protocol

import numpy as np
from attrs import evolve, frozen

from cnndsl.layers import _convolution
from cnndsl.layers._depthwise import Depthwise
from cnndsl.layers._fields import Pair
from cnndsl.layers._kind import Array, Context
from cnndsl.layers._layout import dense
from cnndsl.layers._window import Window


class Engine(Protocol):
    """A convolution and its two gradients, all without bias. Gaps between columns are the window's own affair."""

    def forward(self, spec: Window, weight: Array, x: Array, ctx: Context, /) -> tuple[Array, Any]:
        """``y``, and what :meth:`weight_gradient` needs of ``x``."""

    def weight_gradient(self, spec: Window, col: Any, dy: Array, ctx: Context, /) -> Array:
        """``dW`` in new memory."""

    def input_gradient(self, spec: Window, weight: Array, dy: Array, size: Pair, ctx: Context, /) -> Array:
        """``dx`` for an input of ``size`` (H, W)."""


@lru_cache(maxsize=1024)
def engine_of(groups: int, channels: int, gap: int) -> Engine:
    """The convolution of ``channels`` in ``groups``, whose kernel rows lie ``gap`` rows apart."""
    if groups == 1:
        engine: Engine = _convolution
    else:
        engine = Depthwise(channels) if groups == channels else Grouped(groups)
    return engine if gap == 1 else Gapped(gap, engine)


@frozen
class Grouped:
    """A plain convolution for each group of channels."""

    groups: int

    def forward(self, window: Window, weight: Array, x: Array, ctx: Context) -> tuple[Array, list[Array]]:
        """``y``, and the ``col`` of each group."""
        y = ctx.empty((window.out[0], len(weight), window.out[1], x.shape[3]), x.dtype)
        cols = []
        for own, part, out in zip(self._split(weight, 0), self._split(x, 1), self._split(y, 1), strict=True):
            part_y, col = _convolution.forward(window, own, part, ctx)
            ctx.run(np.copyto, out, part_y)
            cols.append(col)
        return y, cols

    def weight_gradient(self, window: Window, cols: list[Array], dy: Array, ctx: Context) -> Array:
        """``dW``, a group's filters behind the other's."""
        split = zip(cols, self._split(dy, 1), strict=True)
        parts = [_convolution.weight_gradient(window, col, part, ctx) for col, part in split]
        dw = np.empty((self.groups * len(parts[0]), *parts[0].shape[1:]), dy.dtype)
        ctx.run(np.concatenate, parts, out=dw)
        return dw

    def input_gradient(self, window: Window, weight: Array, dy: Array, size: Pair, ctx: Context) -> Array:
        """``dx``, a group's channels behind the other's."""
        dx = ctx.empty((size[0], self.groups * weight.shape[1], size[1], dy.shape[3]), dy.dtype)
        for own, part, out in zip(self._split(weight, 0), self._split(dy, 1), self._split(dx, 1), strict=True):
            ctx.run(np.copyto, out, _convolution.input_gradient(window, own, part, size, ctx))
        return dx

    def _split(self, array: Array, axis: int) -> list[Array]:
        return np.split(array, self.groups, axis)


@frozen
class Gapped:
    """A convolution with zeros between its kernel rows: windows of consecutive rows are what can be a view."""

    gap: int
    engine: Engine

    def forward(self, window: Window, weight: Array, x: Array, ctx: Context) -> tuple[Array, Any]:
        """``y``, and what the engine keeps."""
        return self.engine.forward(self._filled(window), self._spread(weight, ctx), x, ctx)

    def weight_gradient(self, window: Window, col: Any, dy: Array, ctx: Context) -> Array:
        """``dW`` of the rows that are there."""
        full = self.engine.weight_gradient(self._filled(window), col, dy, ctx)
        return dense(full[:, :, :: self.gap], ctx)

    def input_gradient(self, window: Window, weight: Array, dy: Array, size: Pair, ctx: Context) -> Array:
        """``dx``, to which the zeros add nothing."""
        return self.engine.input_gradient(self._filled(window), self._spread(weight, ctx), dy, size, ctx)

    def _filled(self, window: Window) -> Window:
        return evolve(window, kernel=(self.gap * (window.kernel[0] - 1) + 1, window.kernel[1]))

    def _spread(self, weight: Array, ctx: Context) -> Array:
        filters, channels, kh, kw = weight.shape
        spread = np.zeros((filters, channels, self.gap * (kh - 1) + 1, kw), weight.dtype)
        ctx.run(np.copyto, spread[:, :, :: self.gap], weight)
        return spread

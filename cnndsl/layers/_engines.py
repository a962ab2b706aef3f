"""Which convolution does the work: the plain one, or what groups and gaps between kernel rows make of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
from attrs import evolve, frozen

from cnndsl.layers import _convolution
from cnndsl.layers._depthwise import Depthwise
from cnndsl.layers._kind import Array, Context
from cnndsl.layers._layout import dense
from cnndsl.layers._window import Window
from cnndsl.layers._winograd import Winograd


class Engine(Protocol):
    """A convolution and its two gradients, all without bias. Gaps between columns are the window's own affair."""

    def forward(self, spec: Window, weight: Array, x: Array, ctx: Context, /) -> tuple[Array, Any]:
        """``y``, and what :meth:`weight_gradient` needs of ``x``."""

    def backward(self, spec: Window, weight: Array, col: Any, dy: Array, ctx: Context, /) -> tuple[Array, Array | None]:
        """``dW`` in new memory, and ``dx`` where it is wanted."""


@frozen
class Geometry:
    """What decides how a convolution can be computed: everything but its numbers."""

    window: Window
    channels: int
    outputs: int
    groups: int


@lru_cache(maxsize=1024)
def engine_of(geometry: Geometry, lowering: str) -> Engine:
    """The engine that a lowering names, or the plain one where that does not do such convolutions."""
    applies, engine = LOWERINGS[lowering]
    return engine if applies(geometry) else _plain(geometry)


def lowerings_for(geometry: Geometry) -> tuple[str, ...]:
    """The names of all lowerings that can compute a convolution, the plain one first."""
    return tuple(name for name, (applies, _) in LOWERINGS.items() if name == DEFAULT or applies(geometry))


def _plain(geometry: Geometry) -> Engine:
    groups, channels, gap = geometry.groups, geometry.channels, geometry.window.dilation[0]
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

    def backward(
        self, window: Window, weight: Array, cols: list[Array], dy: Array, ctx: Context
    ) -> tuple[Array, Array | None]:
        """``dW`` and ``dx``, a group's filters and channels behind the other's."""
        size = window.size[0], self.groups * weight.shape[1], window.size[1], dy.shape[3]
        dx = ctx.empty(size, dy.dtype) if ctx.wants_dx else None
        dweight = np.empty_like(weight, dy.dtype)
        split = zip(self._split(weight, 0), cols, self._split(dy, 1), self._split(dweight, 0), strict=True)
        for group, (own, col, part, out) in enumerate(split):
            part_dweight, part_dx = _convolution.backward(window, own, col, part, ctx)
            ctx.run(np.copyto, out, part_dweight)
            if dx is not None and part_dx is not None:
                ctx.run(np.copyto, self._split(dx, 1)[group], part_dx)
        return dweight, dx

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

    def backward(self, window: Window, weight: Array, col: Any, dy: Array, ctx: Context) -> tuple[Array, Array | None]:
        """``dW`` of the rows that are there, and ``dx``, to which the zeros add nothing."""
        full, dx = self.engine.backward(self._filled(window), self._spread(weight, ctx), col, dy, ctx)
        return dense(full[:, :, :: self.gap], ctx), dx

    def _filled(self, window: Window) -> Window:
        return evolve(window, kernel=(self.gap * (window.kernel[0] - 1) + 1, window.kernel[1]))

    def _spread(self, weight: Array, ctx: Context) -> Array:
        filters, channels, kh, kw = weight.shape
        spread = np.zeros((filters, channels, self.gap * (kh - 1) + 1, kw), weight.dtype)
        ctx.run(np.copyto, spread[:, :, :: self.gap], weight)
        return spread


def _is_winograd(geometry: Geometry) -> bool:
    window = geometry.window
    return geometry.groups == 1 and (window.kernel, window.stride, window.dilation) == ((3, 3), (1, 1), (1, 1))


#: The lowering that can do every convolution.
DEFAULT = "rows"

#: By name: for which convolutions a lowering is made, and its engine.
LOWERINGS: dict[str, tuple[Callable[[Geometry], bool], Engine]] = {
    DEFAULT: (lambda _: False, _convolution),
    "winograd2": (_is_winograd, Winograd(2)),
    "winograd4": (_is_winograd, Winograd(4)),
}

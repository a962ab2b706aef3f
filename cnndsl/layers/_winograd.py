"""Winograd's minimal filtering F(m x m, 3 x 3): fewer multiplications for 3 x 3 kernels that move by one.

A tile of ``m x m`` outputs depends on ``a x a`` inputs, ``a = m + 2``. With matrices A, G and B that depend on ``m``
alone, ``Y = A^T [(G w G^T) * (B^T d B)] A`` for each pair of channels: ``a*a`` products where the definition takes
``9*m*m``, that is 2.25 times fewer for m = 2 and 4 times fewer for m = 4. Summed over the channels the products are
``a*a`` small matrix products. The backward pass is the transpose of the same steps and not another convolution, so that
the gradients of the kernels and of the input share the transformed ``dy``.

S. Winograd, "Arithmetic complexity of computations", 1980; A. Lavin and S. Gray, "Fast algorithms for convolutional
neural networks", 2016.

Every transform is a product with a small matrix, and for that the columns are stored by phase: those of equal place in
their tile together, outside the channels. One row of tiles is worked off at a time, all its steps in the cache.

===========  =====================================================================================
x            ``(H, C, W, N)``
tiles        ``(a, a, C, TW, N)``: the padded input of a row of TW tiles, by row and phase of the column
V            ``(TH, a*a, C, TW*N)``: the transformed tiles, all TH rows of them
U            ``(a*a, O, C)``: the transformed kernels
P            ``(a*a, O, TW*N)``: their products
y, dy        ``(OH, O, OW, N)``
===========  =====================================================================================
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from attrs import frozen

from cnndsl.layers._convolution import span
from cnndsl.layers._kind import Array, Context
from cnndsl.layers._layout import copy_images
from cnndsl.layers._window import Window
from cnndsl.layers._winograd_matrices import matrix_of, squared

_KERNEL = 3
_MORE = _KERNEL - 1  # rows and columns that two neighbouring tiles of the input have in common


@frozen
class Winograd:
    """The convolution with 3 x 3 kernels and stride 1 in tiles of ``tile`` x ``tile`` outputs (2 or 4)."""

    tile: int

    def forward(self, window: Window, weight: Array, x: Array, ctx: Context) -> tuple[Array, Array]:
        """``y`` without bias, and ``V`` for :meth:`backward`."""
        grid, (outputs, channels), dtype = _grid(self.tile, window, x.shape[3]), weight.shape[:2], x.dtype
        points, across, run = grid.across**2, grid.across, grid.right * grid.images
        y = ctx.empty((window.out[0], outputs, window.out[1], grid.images), dtype)
        transformed = ctx.empty((grid.down, points, channels, run), dtype)
        tiles = ctx.empty((across, across, channels, grid.right, grid.images), dtype)
        half = ctx.empty((across, across, channels * run), dtype)
        products = ctx.empty((points, outputs, run), dtype)
        made = ctx.empty((self.tile**2, outputs, run), dtype)
        kernels = self._kernels(weight, ctx)
        into, out = matrix_of(self.tile, "in", dtype), squared(self.tile, "out", dtype)
        ctx.run(np.ndarray.fill, tiles, 0)
        for row in range(grid.down):
            grid.load(x, row, tiles, ctx)
            ctx.run(np.matmul, into, tiles.reshape(across, -1), out=half.reshape(across, -1))
            ctx.run(np.matmul, into, half, out=transformed[row].reshape(half.shape))
            ctx.run(np.matmul, kernels, transformed[row], out=products)
            ctx.run(np.matmul, out, products.reshape(points, -1), out=made.reshape(len(made), -1))
            for inside, target in grid.outputs(made, y, row):
                copy_images(inside, target, ctx)
        return y, transformed

    def backward(
        self, window: Window, weight: Array, transformed: Array, dy: Array, ctx: Context
    ) -> tuple[Array, Array | None]:
        """``dW`` ``(O, C, 3, 3)`` and, where it is wanted, ``dx`` ``(H, C, W, N)``."""
        grid, (outputs, channels), dtype = _grid(self.tile, window, dy.shape[3]), weight.shape[:2], dy.dtype
        points, across, run = grid.across**2, grid.across, grid.right * grid.images
        made = ctx.empty((self.tile**2, outputs, run), dtype)
        dproducts = ctx.empty((points, outputs, run), dtype)
        dkernels = ctx.empty((points, channels, outputs), dtype)
        part = ctx.like(dkernels)
        dtiles = ctx.empty((across, across, channels, grid.right, grid.images), dtype)
        half = ctx.empty((across, across, channels * run), dtype)
        shared = ctx.empty((_MORE, *dtiles.shape[1:]), dtype)
        framed = ctx.empty((grid.down * self.tile + _MORE, channels, window.size[1], grid.images), dtype)
        kernels = self._kernels(weight, ctx).swapaxes(1, 2)
        into, out = matrix_of(self.tile, "in", dtype).T, squared(self.tile, "out", dtype).T
        ctx.run(np.ndarray.fill, made, 0)
        ctx.run(np.ndarray.fill, shared, 0)
        for row in range(grid.down):
            grid.clear_below(made, row, ctx)
            for inside, source in grid.outputs(made, dy, row):
                copy_images(source, inside, ctx)
            ctx.run(np.matmul, out, made.reshape(len(made), -1), out=dproducts.reshape(points, -1))
            ctx.run(np.matmul, transformed[row], dproducts.swapaxes(1, 2), out=part if row else dkernels)
            if row:
                ctx.run(np.add, dkernels, part, out=dkernels)
            if ctx.wants_dx:
                by_point = dtiles.reshape(points, channels, run)
                ctx.run(np.matmul, kernels, dproducts, out=by_point)
                ctx.run(np.matmul, into, dtiles.reshape(half.shape), out=half)
                ctx.run(np.matmul, into, half.reshape(across, -1), out=dtiles.reshape(across, -1))
                grid.unload(dtiles, shared, row, framed, ctx)
        dweight = self._kernel_gradient(dkernels, ctx)
        return dweight, framed[window.pad[0] : window.pad[0] + window.size[0]] if ctx.wants_dx else None

    def _kernels(self, weight: Array, ctx: Context) -> Array:
        """``U``."""
        matrix = squared(self.tile, "kernel", weight.dtype)
        kernels = ctx.empty((len(matrix), *weight.shape[:2]), weight.dtype)
        flat = weight.reshape(-1, matrix.shape[1]).T
        ctx.run(np.matmul, matrix, flat, out=kernels.reshape(len(matrix), -1))
        return kernels

    def _kernel_gradient(self, dkernels: Array, ctx: Context) -> Array:
        """``dW`` from that of the transformed kernels ``(a*a, C, O)``, new memory."""
        points, channels, outputs = dkernels.shape
        matrix = squared(self.tile, "kernel", dkernels.dtype).T
        taps = ctx.empty((len(matrix), channels, outputs), dkernels.dtype)
        ctx.run(np.matmul, matrix, dkernels.reshape(points, -1), out=taps.reshape(len(matrix), -1))
        dweight = np.empty((outputs, channels, _KERNEL, _KERNEL), dkernels.dtype)
        ctx.run(np.copyto, dweight.reshape(outputs, channels, -1), taps.transpose(2, 1, 0))
        return dweight


@frozen
class _Grid:
    """How tiles lie over a map: ``down`` rows of ``right`` tiles, each ``across`` pixels wide and high."""

    tile: int
    window: Window
    images: int

    @property
    def down(self) -> int:
        return -(-self.window.out[0] // self.tile)

    @property
    def right(self) -> int:
        return -(-self.window.out[1] // self.tile)

    @property
    def across(self) -> int:
        return self.tile + _MORE

    def load(self, x: Array, row: int, tiles: Array, ctx: Context) -> None:
        """A row of tiles of the padded input. Columns of padding are zero from before."""
        first = row * self.tile - self.window.pad[0]
        start = min(max(first, 0), first + self.across)
        stop = max(start, min(self.window.size[0], first + self.across))
        for frame in (tiles[: start - first], tiles[stop - first :]):
            if len(frame):
                ctx.run(np.ndarray.fill, frame, 0)
        inside = tiles[start - first : stop - first]
        for phase in range(self.across):
            to, source = span(phase, self.tile, self.window.pad[1], self.window.size[1], self.right)
            copy_images(x[start:stop, :, source], inside[:, phase, :, to], ctx)

    def outputs(self, made: Array, y: Array, row: int) -> list[tuple[Array, Array]]:
        """Corresponding parts of a row of tiles ``(m*m, O, TW*N)`` and of the map ``(OH, O, OW, N)``, by phase."""
        by_phase = made.reshape(self.tile, self.tile, y.shape[1], self.right, self.images)
        rows = y[row * self.tile : (row + 1) * self.tile]
        parts = [(phase, rows[:, :, phase :: self.tile]) for phase in range(self.tile)]
        return [(by_phase[: len(rows), phase, :, : part.shape[2]], part) for phase, part in parts]

    def clear_below(self, made: Array, row: int, ctx: Context) -> None:
        """Zeros where the last row of tiles hangs over the bottom of the map."""
        rows = self.window.out[0] - row * self.tile
        if row > 0 and rows < self.tile:
            ctx.run(np.ndarray.fill, made[rows * self.tile :], 0)

    def unload(self, dtiles: Array, shared: Array, row: int, framed: Array, ctx: Context) -> None:
        """The transpose of :meth:`load` into the rows of ``framed``: what tiles have in common adds up.

        ``shared`` holds what the row of tiles above has in common with this one, and then with the next.
        """
        before, after = dtiles[:, self.tile :, :, :-1], dtiles[:, :_MORE, :, 1:]
        ctx.run(np.add, after, before, out=after)
        ctx.run(np.add, dtiles[:_MORE], shared, out=dtiles[:_MORE])
        ctx.run(np.copyto, shared, dtiles[self.tile :])
        rows = self.tile if row < self.down - 1 else self.across
        to = framed[row * self.tile : row * self.tile + rows]
        for phase in range(self.across):
            first = 0 if phase < self.tile else self.right - 1  # the tile to the right has the others
            tiles, columns = span(phase, self.tile, self.window.pad[1], self.window.size[1], self.right)
            skipped = max(0, first - tiles.start)
            if tiles.start + skipped < tiles.stop:
                source = dtiles[:rows, phase, :, tiles.start + skipped : tiles.stop]
                target = to[:, :, columns.start + skipped * self.tile : columns.stop : self.tile]
                copy_images(source, target, ctx)


@lru_cache(maxsize=256)
def _grid(tile: int, window: Window, images: int) -> _Grid:
    return _Grid(tile, window, images)

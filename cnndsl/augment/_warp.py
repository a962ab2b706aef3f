"""Images seen through a linear map about their middle, bilinear between pixels, zero outside."""

from __future__ import annotations

import numpy as np

from cnndsl.layers._kind import Array


def warp(x: Array, maps: Array) -> Array:
    """Images whose pixel at offset ``v`` (row, column) from the middle is that of ``x`` at the offset ``map @ v``.

    ``x`` is ``(N, C, H, W)``, ``maps`` ``(N, 2, 2)``. The middle is ``((H - 1) / 2, (W - 1) / 2)``. Pixels outside of
    ``x`` count as zero, also for the mixture at its edge.
    """
    images, channels, height, width = x.shape
    # A ring of zeros, so that what lies outside is found in it and no pixel needs a condition.
    ringed = np.zeros((images, channels, height + 2, width + 2), x.dtype)
    ringed[:, :, 1:-1, 1:-1] = x
    rows, columns = _sources(maps.astype(x.dtype), height, width)
    top, left = (np.minimum(at.astype(np.intp), side) for at, side in ((rows, height), (columns, width)))
    planes = np.arange(images * channels).reshape(images, channels, 1, 1) * (height + 2) * (width + 2)
    corner = planes + (top * (width + 2) + left)
    below, right = rows - top.astype(x.dtype), columns - left.astype(x.dtype)
    flat = ringed.reshape(-1)
    # The other three neighbours are the same places in a view that begins later.
    upper, lower = (
        _between(flat[start:].take(corner, mode="clip"), flat[start + 1 :].take(corner, mode="clip"), right)
        for start in (0, width + 2)
    )
    return _between(upper, lower, below)


def _sources(maps: Array, height: int, width: int) -> tuple[Array, Array]:
    """Row and column, counted in the ringed image, that each pixel is seen from: two ``(N, 1, H, W)``."""
    middle = (height - 1) / 2, (width - 1) / 2
    down = (np.arange(height) - middle[0]).astype(maps.dtype)[:, np.newaxis]
    across = (np.arange(width) - middle[1]).astype(maps.dtype)
    maps = maps[:, np.newaxis, :, :, np.newaxis, np.newaxis]
    rows, columns = (
        np.clip((maps[:, :, axis, 0] * down + (centre + 1)) + maps[:, :, axis, 1] * across, 0, side + 1)
        for axis, (centre, side) in enumerate(zip(middle, (height, width), strict=True))
    )
    return rows, columns


def _between(first: Array, second: Array, share: Array) -> Array:
    """``first`` where the share is 0, ``second`` where it is 1; overwrites ``second``."""
    second -= first
    second *= share
    second += first
    return second

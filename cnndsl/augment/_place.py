"""Places in images: windows that are cut out of them, and rectangles that are marked in them."""

from __future__ import annotations

import numpy as np

from cnndsl.layers._kind import Array


def choose(shares: Array, counts: tuple[int, ...]) -> Array:
    """Whole numbers from 0 to below ``counts``, each as likely, of shares ``(N, k)`` drawn from ``[0, 1)``."""
    return np.floor(shares * counts)


def windows(x: Array, tops: Array, lefts: Array, height: int, width: int) -> Array:
    """A window of ``height`` x ``width`` of each image of ``x`` ``(N, C, H, W)``; ``tops``, ``lefts`` ``(N,)``."""
    every = np.lib.stride_tricks.sliding_window_view(x, (height, width), axis=(2, 3))
    found: Array = every[np.arange(len(x)), :, tops, lefts]
    return found


def inside(tops: Array, lefts: Array, heights: Array | int, widths: Array | int, height: int, width: int) -> Array:
    """Which pixels of images of ``height`` x ``width`` lie in a rectangle: bool ``(N, 1, height, width)``.

    ``tops`` and ``lefts``, ``(N,)``, may be negative: of a rectangle that does not lie inside, that part counts which
    does.
    """
    rows, columns = np.arange(height), np.arange(width)
    tops, lefts = tops[:, np.newaxis], lefts[:, np.newaxis]
    heights, widths = np.reshape(heights, (-1, 1)), np.reshape(widths, (-1, 1))
    in_rows: Array = (rows >= tops) & (rows < tops + heights)
    in_columns: Array = (columns >= lefts) & (columns < lefts + widths)
    marked: Array = in_rows[:, np.newaxis, :, np.newaxis] & in_columns[:, np.newaxis, np.newaxis, :]
    return marked

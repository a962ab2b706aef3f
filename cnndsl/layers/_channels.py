"""Sums over all but the channels of a map ``(H, C, W, N)``, or all but the units of a vector ``(F, N)``."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from cnndsl.layers._kind import Array


def as_rows(x: Array) -> Array:
    """A map as ``(H, C, W*N)``, a vector as ``(1, F, N)``: channels in the middle, one long run each."""
    return x.reshape(*x.shape[:2], -1) if x.ndim == 4 else x[None]


def channel_sums(rows: Array) -> Array:
    """``(H, C, L)`` -> ``(C,)``, new memory."""
    return channel_products(rows, ones(rows))


def channel_products(left: Array, right: Array) -> Array:
    """The sum of the products for each channel, ``(H, C, L)`` twice -> ``(C,)``, new memory."""
    # Faster than every other way to sum over the run, and a sum of partial sums loses few digits.
    total: Array = np.add.reduce(np.vecdot(left, right), axis=0)
    return total


def ones(rows: Array) -> Array:
    """A run of ones, with which a product is a sum; read-only."""
    return _ones(rows.shape[2], rows.dtype)


@lru_cache(maxsize=256)
def _ones(length: int, dtype: np.dtype[Any]) -> Array:
    ones = np.ones(length, dtype)
    ones.flags.writeable = False
    return ones

"""A learnt number per channel (maps) or per unit (vectors): what Conv, FC and their rewritten forms share."""

from __future__ import annotations

import numpy as np

from cnndsl.layers._kind import Array


def add_bias(x: Array, bias: Array, out: Array) -> Array:
    """``x + bias`` into ``out``: ``(H, C, W, N)`` and ``(C,)``, or ``(F, N)`` and ``(F,)``."""
    np.add(x, bias[:, None, None] if x.ndim == 4 else bias[:, None], out=out)
    return out


def bias_gradient(dy: Array) -> Array:
    """The sum of ``dy`` over all but the channels, new memory ``(C,)`` or ``(F,)``."""
    if dy.ndim == 2:
        summed: Array = np.add.reduce(dy, axis=1)
        return summed
    height, channels, width, images = dy.shape
    # A product with ones sums along rows several times faster than add.reduce does.
    per_row = np.matmul(dy.reshape(height, channels, width * images), np.ones(width * images, dy.dtype))
    total: Array = np.add.reduce(per_row, axis=0)
    return total

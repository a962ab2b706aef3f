"""What Dropout and Dropout2d share: which values stay, drawn from the key of the call."""

from __future__ import annotations

from typing import Any

import numpy as np

from cnndsl import keys
from cnndsl.layers._fields import Real, real
from cnndsl.layers._kind import Array, Context, Shape


def share() -> Any:
    """The ``p`` of a dropout."""
    return real("share of the values that is dropped in training", Real(0, 1, open_high=True), 0.5, named_only=False)


def kept(p: float, shape: Shape, like: Array, ctx: Context) -> Array:
    """0 for what is dropped, ``1 / (1 - p)`` for what stays; the same draws in either precision."""
    draws = keys.generator(ctx.key).random(out=ctx.empty(shape, np.float32), dtype=np.float32)
    mask = np.greater_equal(draws, p, out=ctx.empty(shape, like.dtype), casting="unsafe")
    np.multiply(mask, 1 / (1 - p), out=mask)
    return mask

"""Functions made of ``exp`` that keep their digits: NumPy's own have no fast loops on most processors."""

from __future__ import annotations

import numpy as np

from cnndsl.layers._elementwise import negative_part, row_of
from cnndsl.layers._kind import Array, Context


def sigmoid(x: Array, ctx: Context) -> Array:
    """``1 / (1 + exp(-x))``; where ``exp`` would overflow it stays a tiny number."""
    largest = 88 if x.dtype == np.float32 else 709
    y = np.negative(x, out=ctx.like(x))
    np.minimum(y, row_of(largest, y), out=y)
    np.exp(y, out=y)
    np.add(y, 1, out=y)
    np.reciprocal(y, out=y)
    return y


def less_one(x: Array, ctx: Context) -> Array:
    """``exp(x) - 1`` where ``x`` is negative, else 0: with ``t = tanh(x/2)`` it is ``2t / (1 - t)``."""
    y = negative_part(x, ctx.like(x), ctx)
    np.multiply(y, 0.5, out=y)
    np.tanh(y, out=y)
    rest = np.subtract(1, y, out=ctx.like(x))
    np.divide(y, rest, out=y)
    np.multiply(y, 2, out=y)
    return y


def log_one_more(x: Array, ctx: Context) -> Array:
    """``log(1 + x)`` for ``x`` in [0, 1]: the logarithm of the rounded sum, and what the rounding took away."""
    total = np.add(x, 1, out=ctx.like(x))
    lost = np.subtract(total, 1, out=ctx.like(x))
    np.subtract(x, lost, out=lost)
    np.divide(lost, total, out=lost)
    np.log(total, out=total)
    np.add(total, lost, out=total)
    return total

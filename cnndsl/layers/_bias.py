"""A learnt number per channel (maps) or per unit (vectors): what Conv, FC and their rewritten forms share."""

from __future__ import annotations

import numpy as np

from cnndsl.layers._kind import Array, Context


def add_bias(x: Array, bias: Array, out: Array, ctx: Context) -> Array:
    """``x + bias`` into ``out``: ``(H, C, W, N)`` and ``(C,)``, or ``(F, N)`` and ``(F,)``."""
    ctx.run(np.add, x, bias[:, None, None] if x.ndim == 4 else bias[:, None], out=out)
    return out


def bias_gradient(dy: Array, ctx: Context) -> Array:
    """The sum of ``dy`` over all but the channels, new memory ``(C,)`` or ``(F,)``."""
    # einsum's inner loop is vectorised and needs no second pass: several times faster than add.reduce over three axes.
    total = np.empty(dy.shape[1] if dy.ndim == 4 else dy.shape[0], dy.dtype)
    ctx.run(np.einsum, "hcwn->c" if dy.ndim == 4 else "fn->f", dy, out=total)
    return total

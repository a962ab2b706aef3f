"""ELU: x where it is positive, exp(x) - 1 elsewhere (Clevert, Unterthiner and Hochreiter, 2016)."""

from __future__ import annotations

import numpy as np

from cnndsl.layers._elementwise import negative_part, of_output, positive_part
from cnndsl.layers._exponential import less_one
from cnndsl.layers._kind import Array, Context, layer_spec


@layer_spec
class ELU:
    """Negative values tend to -1, smoothly; the shape stays."""


def value(_spec: ELU, x: Array, ctx: Context) -> Array:
    y = less_one(x, ctx)
    np.add(y, positive_part(x, ctx.like(x), ctx), out=y)  # one of the two parts is zero
    return y


def slope(_spec: ELU, y: Array, dy: Array, ctx: Context) -> Array:
    dx = negative_part(y, ctx.like(dy), ctx)
    np.add(dx, 1, out=dx)
    np.multiply(dx, dy, out=dx)
    return dx


KIND = of_output(ELU, value, slope)

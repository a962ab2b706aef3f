"""Softplus: log(1 + exp(x)), a smooth max(x, 0)."""

from __future__ import annotations

import numpy as np

from cnndsl.layers._elementwise import of_output, positive_part
from cnndsl.layers._exponential import less_one, log_one_more
from cnndsl.layers._kind import Array, Context, layer_spec


@layer_spec
class Softplus:
    """Positive everywhere; the shape stays."""


def value(_spec: Softplus, x: Array, ctx: Context) -> Array:
    power = np.abs(x, out=ctx.like(x))
    np.negative(power, out=power)
    np.exp(power, out=power)
    y = log_one_more(power, ctx)
    np.add(y, positive_part(x, ctx.like(x), ctx), out=y)
    return y


def slope(_spec: Softplus, y: Array, dy: Array, ctx: Context) -> Array:
    dx = less_one(np.negative(y, out=ctx.like(y)), ctx)  # the derivative is 1 - exp(-y)
    np.multiply(dx, dy, out=dx)
    np.negative(dx, out=dx)
    return dx


KIND = of_output(Softplus, value, slope)

"""Tanh: the hyperbolic tangent, between -1 and 1."""

from __future__ import annotations

import numpy as np

from cnndsl.layers._elementwise import of_output
from cnndsl.layers._kind import Array, Context, layer_spec


@layer_spec
class Tanh:
    """Each value becomes a number between -1 and 1 by itself; the shape stays."""


def value(_spec: Tanh, x: Array, ctx: Context) -> Array:
    y: Array = np.tanh(x, out=ctx.like(x))
    return y


def slope(_spec: Tanh, y: Array, dy: Array, ctx: Context) -> Array:
    dx = np.multiply(y, y, out=ctx.like(dy))
    np.subtract(1, dx, out=dx)
    np.multiply(dx, dy, out=dx)
    return dx


KIND = of_output(Tanh, value, slope)

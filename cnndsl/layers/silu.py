"""SiLU: x times its sigmoid, also called swish (Elfwing, Uchibe and Doya, 2018)."""

from __future__ import annotations

import numpy as np

from cnndsl.layers._elementwise import of_input
from cnndsl.layers._exponential import sigmoid
from cnndsl.layers._kind import Array, Context, layer_spec


@layer_spec
class SiLU:
    """x / (1 + exp(-x)), smooth and slightly negative below 0; the shape stays."""


def value(_spec: SiLU, x: Array, ctx: Context) -> Array:
    y = sigmoid(x, ctx)
    np.multiply(y, x, out=y)
    return y


def slope(_spec: SiLU, x: Array, dy: Array, ctx: Context) -> Array:
    share = sigmoid(x, ctx)
    dx = np.subtract(1, share, out=ctx.like(dy))
    np.multiply(dx, x, out=dx)
    np.add(dx, 1, out=dx)
    np.multiply(dx, share, out=dx)
    np.multiply(dx, dy, out=dx)
    return dx


KIND = of_input(SiLU, value, slope)

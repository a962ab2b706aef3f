"""Sigmoid: 1 / (1 + exp(-x)), between 0 and 1."""

from __future__ import annotations

import numpy as np

from cnndsl.layers._elementwise import of_output
from cnndsl.layers._exponential import sigmoid
from cnndsl.layers._kind import Array, Context, layer_spec


@layer_spec
class Sigmoid:
    """Each value becomes a number between 0 and 1 by itself; the shape stays."""


def value(_spec: Sigmoid, x: Array, ctx: Context) -> Array:
    return sigmoid(x, ctx)


def slope(_spec: Sigmoid, y: Array, dy: Array, ctx: Context) -> Array:
    dx = np.subtract(1, y, out=ctx.like(dy))
    np.multiply(dx, y, out=dx)
    np.multiply(dx, dy, out=dx)
    return dx


KIND = of_output(Sigmoid, value, slope)

"""GELU: x times the probability that a normal number is below it (Hendrycks and Gimpel, 2016)."""

from __future__ import annotations

from math import pi, sqrt

import numpy as np

from cnndsl.layers._elementwise import of_input
from cnndsl.layers._exponential import sigmoid
from cnndsl.layers._fields import word
from cnndsl.layers._gauss import normal
from cnndsl.layers._kind import Array, Context, layer_spec

_CUBIC = 0.044715
_RATE = 2 * sqrt(2 / pi)
_FAR = 40.0  # where tanh has long been 1, and the cube is still a number


@layer_spec
class GELU:
    """x * P(X <= x), smooth and slightly negative below 0; the shape stays.

    ``approximate=tanh`` is the older formula x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715*x^3))), up to 5e-4 away.
    """

    approximate: str = word("the exact function, or the formula with tanh", "none", "tanh")


def value(spec: GELU, x: Array, ctx: Context) -> Array:
    y = _tanh_share(x, ctx)[0] if spec.approximate == "tanh" else normal(x, ctx)[0]
    np.multiply(y, x, out=y)
    return y


def slope(spec: GELU, x: Array, dy: Array, ctx: Context) -> Array:
    dx, growth = _tanh_share(x, ctx) if spec.approximate == "tanh" else normal(x, ctx)
    np.multiply(growth, x, out=growth)
    np.add(dx, growth, out=dx)
    np.multiply(dx, dy, out=dx)
    return dx


def _tanh_share(x: Array, ctx: Context) -> tuple[Array, Array]:
    """The share of ``x`` that comes through by the formula with tanh, and its derivative.

    With ``(1 + tanh(z)) / 2 = sigmoid(2z)`` small shares keep their digits.
    """
    near = np.clip(x, -_FAR, _FAR, out=ctx.like(x))
    squares = np.multiply(near, near, out=ctx.like(x))
    argument = np.multiply(squares, _CUBIC, out=ctx.like(x))
    np.add(argument, 1, out=argument)
    np.multiply(argument, near, out=argument)
    np.multiply(argument, _RATE, out=argument)
    share = sigmoid(argument, ctx)
    growth = np.subtract(1, share, out=near)
    np.multiply(growth, share, out=growth)
    np.multiply(squares, 3 * _CUBIC, out=squares)
    np.add(squares, 1, out=squares)
    np.multiply(growth, squares, out=growth)
    np.multiply(growth, _RATE, out=growth)
    return share, growth


KIND = of_input(GELU, value, slope)

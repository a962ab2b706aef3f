"""Mish: x tanh(log(1 + exp(x))), smooth and slightly negative below 0 (Misra, 2019).

With ``e = exp(-abs(x))``, which never overflows, tanh(log(1 + exp(x))) is a fraction of polynomials in ``e``.
"""

from __future__ import annotations

import numpy as np

from cnndsl.layers._elementwise import of_input
from cnndsl.layers._kind import Array, Context, layer_spec


@layer_spec
class Mish:
    """Each value times a number between 0 and 1, near 1 where the value is large; the shape stays."""


def value(_spec: Mish, x: Array, ctx: Context) -> Array:
    part, whole, _ = _fraction(x, ctx)
    np.divide(part, whole, out=part)
    np.multiply(part, x, out=part)
    return part


def slope(_spec: Mish, x: Array, dy: Array, ctx: Context) -> Array:
    part, whole, power = _fraction(x, ctx)
    np.divide(part, whole, out=part)
    # The derivative of the fraction is 4 e^k (1 + e) / whole^2, with k = 2 where x is positive and else 1.
    dx = np.add(power, 1, out=ctx.like(dy))
    np.multiply(dx, power, out=dx)
    np.multiply(dx, np.where(x > 0, power, 1), out=dx)
    np.multiply(dx, 4, out=dx)
    np.multiply(whole, whole, out=whole)
    np.divide(dx, whole, out=dx)
    np.multiply(dx, x, out=dx)
    np.add(dx, part, out=dx)
    np.multiply(dx, dy, out=dx)
    return dx


def _fraction(x: Array, ctx: Context) -> tuple[Array, Array, Array]:
    """``(part, whole, e)`` with ``tanh(log(1 + exp(x))) = part / whole``.

    Where x is positive, ``part = 1 + 2e`` and ``whole = part + 2e^2``; else ``part = 2e + e^2``, ``whole = part + 2``.
    """
    power = np.abs(x, out=ctx.like(x))
    np.negative(power, out=power)
    np.exp(power, out=power)
    square = np.multiply(power, power, out=ctx.like(x))
    is_positive = x > 0
    part = np.multiply(power, 2, out=ctx.like(x))
    np.add(part, np.where(is_positive, 1, square), out=part)
    whole = np.add(part, np.where(is_positive, 2 * square, 2), out=square)
    return part, whole, power


KIND = of_input(Mish, value, slope)

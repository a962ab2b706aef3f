"""The normal distribution's density and cumulative distribution, which NumPy lacks, in the precision of their argument.

For ``a = |x|`` the tail is ``exp(-a^2/2) * t * g(2t - 1)`` with ``t = 1/(1 + 0.3a)``: ``g`` is smooth and far from
zero, so one polynomial does for all ``a``. Its coefficients are those of the Chebyshev interpolation of ``g`` in 60
nodes, worked out with 60 digits, cut off where the rest is below half a unit in the last place, and written in powers
of ``2t - 1``. Against ``math.erfc`` the distribution is off by at most 3.4e-16 (float64) and 2.3e-7 (float32).
"""

from __future__ import annotations

from math import pi, sqrt

import numpy as np

from cnndsl.layers._elementwise import row_of
from cnndsl.layers._kind import Array, Context

_RATE = 0.3
_FAR = 40.0  # the tail is zero there in either precision, and the square still a number
_CHUNK = 1 << 17  # bytes; some thirty passes go over a chunk and should find it in the cache
_DOUBLE = (
    -7.491948795590686e-10,
    8.946566507122984e-10,
    5.908630664913763e-09,
    -1.073937041922307e-08,
    -1.7674818143865157e-08,
    6.313690875828985e-08,
    -8.023764021379574e-09,
    -2.3438119394822784e-07,
    3.5327890463720223e-07,
    5.202523640763644e-07,
    -2.2496644083599804e-06,
    2.438678264217842e-07,
    1.0731295192665155e-05,
    -1.112539715109893e-05,
    -4.974636111838692e-05,
    9.013989137384256e-05,
    0.00028363691869613146,
    -0.0005756425134554727,
    -0.0024238965482285273,
    0.0018171357953587254,
    0.02776036547373061,
    0.08654963741846457,
    0.1645794840861627,
    0.22197061383443278,
)
_SINGLE = (
    -2.88990554e-05,
    6.50609503e-05,
    0.000265320578,
    -0.000554662326,
    -0.00241639257,
    0.00180982767,
    0.027759077,
    0.0865505366,
    0.164579547,
    0.221970596,
)


def normal(x: Array, ctx: Context) -> tuple[Array, Array]:
    """``P(X <= x)`` and the density at ``x``, each of the shape of ``x``."""
    below, density = ctx.like(x), ctx.like(x)
    values, flat_below, flat_density = x.reshape(-1), below.reshape(-1), density.reshape(-1)
    chunk = _CHUNK // x.itemsize
    for start in range(0, values.size, chunk):
        part = slice(start, start + chunk)
        _normal(values[part], flat_below[part], flat_density[part])
    return below, density


def _normal(x: Array, below: Array, density: Array) -> None:
    far = np.abs(x)
    np.minimum(far, row_of(_FAR, far), out=far)
    np.multiply(far, far, out=density)
    np.multiply(density, -0.5, out=density)
    np.exp(density, out=density)
    nearness = 1 / (1 + _RATE * far)
    tail = _horner(_SINGLE if x.dtype == np.float32 else _DOUBLE, 2 * nearness - 1)
    np.multiply(tail, nearness, out=tail)
    np.multiply(tail, density, out=tail)
    # Above zero it is all but the tail, which is the larger of the two.
    np.copyto(below, x > 0)
    np.multiply(below, 1 - tail, out=below)
    np.maximum(below, tail, out=below)
    np.multiply(density, 1 / sqrt(2 * pi), out=density)


def _horner(coefficients: tuple[float, ...], x: Array) -> Array:
    first, *others = coefficients
    total = np.full_like(x, first)
    for coefficient in others:
        np.multiply(total, x, out=total)
        np.add(total, coefficient, out=total)
    return total

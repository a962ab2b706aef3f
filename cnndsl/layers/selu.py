"""SELU: an ELU so scaled that mean 0 and variance 1 keep themselves from layer to layer (Klambauer et al., 2017)."""

from __future__ import annotations

import numpy as np

from cnndsl.layers._elementwise import negative_part, of_output, positive_part
from cnndsl.layers._exponential import less_one
from cnndsl.layers._kind import Array, Context, layer_spec

_SCALE = 1.0507009873554805
_DEPTH = 1.7580993408473766  # the scale times the paper's alpha


@layer_spec
class SELU:
    """1.0507 * x where it is positive, 1.7581 * (exp(x) - 1) elsewhere; the shape stays.

    The derivative at 0 is that of the negative side.
    """


def value(_spec: SELU, x: Array, ctx: Context) -> Array:
    y = less_one(x, ctx)
    np.multiply(y, _DEPTH, out=y)
    positive = positive_part(x, ctx.like(x), ctx)
    np.multiply(positive, _SCALE, out=positive)
    np.add(y, positive, out=y)  # one of the two parts is zero
    return y


def slope(_spec: SELU, y: Array, dy: Array, ctx: Context) -> Array:
    dx = ctx.like(dy)
    np.copyto(dx, y > 0)
    np.multiply(dx, _SCALE - _DEPTH, out=dx)
    np.add(dx, negative_part(y, ctx.like(y), ctx), out=dx)
    np.add(dx, _DEPTH, out=dx)
    np.multiply(dx, dy, out=dx)
    return dx


KIND = of_output(SELU, value, slope)

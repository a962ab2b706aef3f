"""LeakyReLU: x where it is positive, a fraction of it elsewhere (Maas, Hannun and Ng, 2013)."""

from __future__ import annotations

import numpy as np

from cnndsl.layers._elementwise import of_output, row_of
from cnndsl.layers._fields import Real, real
from cnndsl.layers._kind import Array, Context, layer_spec


@layer_spec
class LeakyReLU:
    """Negative values are multiplied by ``slope``, which is also the derivative at 0; the shape stays."""

    slope: float = real("what negative values are multiplied by", Real(0, 1, open_high=True), 0.01, named_only=False)


def value(spec: LeakyReLU, x: Array, ctx: Context) -> Array:
    y = ctx.like(x)
    ctx.run(np.multiply, x, spec.slope, out=y)
    ctx.run(np.maximum, x, y, out=y)
    return y


def slope(spec: LeakyReLU, y: Array, dy: Array, ctx: Context) -> Array:
    positive = ctx.empty(y.shape, np.bool_)
    ctx.run(np.greater, y, y.dtype.type(0), out=positive)
    dx = ctx.like(dy)
    ctx.run(np.copyto, dx, positive)
    ctx.run(np.maximum, dx, row_of(spec.slope, dx), out=dx)
    ctx.run(np.multiply, dx, dy, out=dx)
    return dx


KIND = of_output(LeakyReLU, value, slope, replayable=True)

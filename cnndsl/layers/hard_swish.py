"""HardSwish: x times a straight ramp from 0 at -3 to 1 at 3 (Howard et al., "Searching for MobileNetV3", 2019)."""

from __future__ import annotations

import numpy as np

from cnndsl.layers._elementwise import of_input
from cnndsl.layers._kind import Array, Context, layer_spec


@layer_spec
class HardSwish:
    """0 below -3, x above 3, x * (x + 3) / 6 between; the shape stays. The derivative is 0 at -3 and 1 at 3."""


def value(_spec: HardSwish, x: Array, ctx: Context) -> Array:
    y = _ramp(x, ctx)
    np.multiply(y, x, out=y)
    return y


def slope(_spec: HardSwish, x: Array, dy: Array, ctx: Context) -> Array:
    inside = ctx.like(dy)
    np.copyto(inside, np.abs(x) < 3)
    dx = np.multiply(x, 1 / 6, out=ctx.like(dy))
    np.multiply(dx, inside, out=dx)
    np.add(dx, _ramp(x, ctx), out=dx)
    np.multiply(dx, dy, out=dx)
    return dx


def _ramp(x: Array, ctx: Context) -> Array:
    ramp = np.multiply(x, 1 / 6, out=ctx.like(x))
    np.add(ramp, 0.5, out=ramp)
    np.clip(ramp, 0, 1, out=ramp)
    return ramp


KIND = of_input(HardSwish, value, slope)

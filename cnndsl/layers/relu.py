"""ReLU: max(x, 0); its derivative at 0 is 0."""

from __future__ import annotations

from cnndsl.layers._elementwise import of_output, positive_part, where_positive
from cnndsl.layers._kind import Array, Context, layer_spec


@layer_spec
class ReLU:
    """Negative values become zero; the shape stays."""


def value(_spec: ReLU, x: Array, ctx: Context) -> Array:
    return positive_part(x, ctx.like(x), ctx)


def slope(_spec: ReLU, y: Array, dy: Array, ctx: Context) -> Array:
    return where_positive(y, dy, ctx)


KIND = of_output(ReLU, value, slope, replayable=True)

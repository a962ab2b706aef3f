"""ReLU: max(x, 0); its derivative at 0 is 0."""

from __future__ import annotations

from cnndsl.layers._elementwise import elementwise, positive_part, where_positive
from cnndsl.layers._kind import Array, layer_spec


@layer_spec
class ReLU:
    """Negative values become zero; the shape stays."""


def value(x: Array, out: Array) -> None:
    positive_part(x, out)


def slope(_x: Array, y: Array, dy: Array, out: Array) -> None:
    where_positive(y, dy, out)


KIND = elementwise(ReLU, value, slope)

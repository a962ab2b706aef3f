"""ReLU: max(x, 0); its derivative at 0 is 0."""

from __future__ import annotations

import numpy as np

from cnndsl.layers._elementwise import elementwise
from cnndsl.layers._kind import Array, layer_spec


@layer_spec
class ReLU:
    """Negative values become zero; the shape stays."""


def value(x: Array, out: Array) -> None:
    np.maximum(x, 0, out=out)


def slope(_x: Array, y: Array, dy: Array, out: Array) -> None:
    np.multiply(dy, y > 0, out=out)


KIND = elementwise(ReLU, value, slope)

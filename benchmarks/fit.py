"""How fast costs grow: the exponent of a power law through measured points."""

from __future__ import annotations

import math
from collections.abc import Sequence


def exponent(xs: Sequence[float], ys: Sequence[float]) -> float:
    """The k of y = c * x^k, least squares in the logarithms.

    Raises ``ValueError`` with fewer than two different xs, or with a number that is not above 0.
    """
    if len(set(xs)) < 2:
        raise ValueError(f"two different sizes are needed, got {list(xs)}")
    if min(*xs, *ys) <= 0:
        raise ValueError("a power law is of numbers above 0")
    us, vs = [math.log(x) for x in xs], [math.log(y) for y in ys]
    middle_u, middle_v = sum(us) / len(us), sum(vs) / len(vs)
    across = sum((u - middle_u) * (v - middle_v) for u, v in zip(us, vs, strict=True))
    return across / sum((u - middle_u) ** 2 for u in us)


def upper_half(values: Sequence[float]) -> Sequence[float]:
    """The larger sizes, where the work outweighs the calls: at least two of them."""
    return values[-max(2, (len(values) + 1) // 2) :]

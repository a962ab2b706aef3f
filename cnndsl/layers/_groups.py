"""What layers that cut the channels into groups share."""

from __future__ import annotations

from math import gcd

from cnndsl.layers._kind import ShapeError


def divide(spec: object, groups: int, number: int, what: str, other: int = 0) -> None:
    """Check that the groups divide a number of channels or filters.

    Raises
    ------
    ShapeError
        They do not (S209). The hint names what divides both this number and the ``other``.
    """
    if number % groups:
        common = gcd(number, other)
        fitting = ", ".join(str(part) for part in range(1, common + 1) if common % part == 0)
        raise ShapeError(
            f"{type(spec).__name__} groups={groups} does not divide {number} {what}",
            code="S209",
            needs=f"{number} {what}",
            hint=f"use {fitting}",
        )

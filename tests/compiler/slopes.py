"""The slope of a number along a direction in parameters or images, where it has one."""

from __future__ import annotations

from collections.abc import Callable

TOLERANCE = 1e-6


def slope(value: Callable[[float], float], step: float = 1e-5) -> float | None:
    """``d value(t) / dt`` at 0 by central differences; ``None`` where two step sizes disagree: near a kink."""

    def by(step: float) -> float:
        return (value(step) - value(-step)) / (2 * step)

    wide, narrow = by(step), by(step / 4)
    return wide if abs(wide - narrow) <= TOLERANCE / 5 * max(1.0, abs(wide)) else None


def agree(found: float, expected: float) -> bool:
    return abs(found - expected) <= TOLERANCE * max(1.0, abs(expected))

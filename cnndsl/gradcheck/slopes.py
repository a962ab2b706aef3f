"""The slope of a value along a line, where it has one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

TOLERANCE = 1e-6
STEP = 1e-5
_NARROWER = 4


def slope(
    value: Callable[[float], Any],
    cotangent: Any = 1.0,
    *,
    floor: float = 1.0,
    tolerance: float = TOLERANCE,
    step: float = STEP,
) -> float | None:
    """``d <cotangent, value(t)> / dt`` at 0 by central differences in two widths; ``None`` at or near a kink.

    A kink *near* 0 lies within one step of it: two widths then give two slopes. A kink *at* 0 does not show in central
    differences at all; there the slopes on both sides differ, and do so whatever the width, where those of a curve come
    together. ``value`` gives a number or an array of the shape of ``cotangent``. What is below ``floor`` is measured
    against ``floor``.
    """
    middle = value(0.0)

    def by(width: float) -> tuple[float, float]:
        """The slope, and how much the slopes on both sides differ."""
        ahead, behind = value(width) - middle, middle - value(-width)
        # Outputs that the line does not reach cancel here to the last bit, and add no rounding to the sum.
        return float(np.vdot(cotangent, ahead + behind)) / (2 * width), float(
            np.vdot(cotangent, ahead - behind)
        ) / width

    (wide, wide_turn), (narrow, turn) = by(step), by(step / _NARROWER)
    size = max(floor, abs(wide))
    is_near = abs(wide - narrow) > tolerance / 5 * size
    is_there = abs(turn) > max(tolerance * size, abs(wide_turn) / 2)
    return None if is_near or is_there else wide


def relative_error(found: float, expected: float, floor: float = 1.0) -> float:
    """How far ``found`` is from ``expected``, as a share of it or of ``floor``."""
    return abs(found - expected) / max(floor, abs(expected))


def agree(found: float, expected: float, *, floor: float = 1.0, tolerance: float = TOLERANCE) -> bool:
    """Whether two slopes are one but for rounding; what is no number agrees with nothing."""
    return relative_error(found, expected, floor) <= tolerance

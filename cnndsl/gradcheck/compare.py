"""A gradient against the slopes of what it is the gradient of: coordinate by coordinate, in bundles.

A bundle moves some coordinates at once, each by one step up or down as chance has it, and compares one number. Where
the slope meets a kink the bundle is halved until the coordinates are found that lie there; those are left out and
counted. So a smooth part of a hundred coordinates costs one probe, and no kink hides what lies beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from typing import Any

import numpy as np
from attrs import frozen

from cnndsl.gradcheck.slopes import STEP, relative_error, slope
from cnndsl.layers._kind import Array

_BUNDLE = 128
_ROUNDING = 64 * float(np.finfo(np.float64).eps)  # relative to a value: what a long chain of float64 sums may lose


@frozen
class Precision:
    """How closely to look: the largest relative error allowed, the step, and how many coordinates of an array."""

    tolerance: float = 1e-5
    step: float = STEP
    coordinates: int = 1000


@frozen(eq=False)
class Part:
    """One array, the gradient that is claimed for it, and the value whose gradient that is.

    ``value`` takes the array with other numbers in it and gives a number, or an array that ``cotangent`` makes a number
    of. ``size`` is that number's magnitude, which rounding is relative to.
    """

    name: str
    point: Array
    gradient: Array
    value: Callable[[Array], Any]
    cotangent: Any = 1.0
    size: float = 1.0


@frozen
class Comparison:
    """What came of a part: how many coordinates it has, were checked, lie at a kink, and the largest relative error."""

    part: str
    total: int
    checked: int
    left_out: int
    error: float

    def is_right(self, tolerance: float) -> bool:
        """Whether something was checked and all of it is as the slopes say."""
        return self.checked > 0 and self.error <= tolerance

    @property
    def is_unclear(self) -> bool:
        """Whether every coordinate lay at a kink."""
        return self.checked == 0


def compare(part: Part, precision: Precision, rng: np.random.Generator) -> Comparison:
    """The gradient of a part against its slopes, at all of its coordinates or at some drawn ones.

    The relative error of a bundle is taken to the norm of its gradient or to its slope, whichever is larger, and to
    what rounding alone makes of nothing, which keeps a gradient that is truly 0 from being refused.
    """
    total = part.point.size
    drawn = rng.permutation(total)[: precision.coordinates]
    bundles = np.array_split(drawn, ceil(len(drawn) / _BUNDLE))
    results = [_compare_bundle(part, bundle, precision, rng) for bundle in bundles]
    return Comparison(part.name, total, *_added(results))


_Counts = tuple[int, int, float]  # checked, left out, largest error


def _compare_bundle(part: Part, bundle: Array, precision: Precision, rng: np.random.Generator) -> _Counts:
    signs = rng.choice((-1.0, 1.0), len(bundle))
    gradient = part.gradient.ravel()[bundle]
    floor = float(np.linalg.norm(gradient)) + _ROUNDING * part.size / (precision.step * precision.tolerance)

    def value(by: float) -> Any:
        moved = part.point.flatten()
        moved[bundle] += by * signs
        return part.value(moved.reshape(part.point.shape))

    found = slope(value, part.cotangent, floor=floor, tolerance=precision.tolerance, step=precision.step)
    if found is not None:
        return len(bundle), 0, relative_error(float(gradient @ signs), found, floor)
    if len(bundle) == 1:
        return 0, 1, 0.0
    return _added([_compare_bundle(part, half, precision, rng) for half in np.array_split(bundle, 2)])


def _added(results: list[_Counts]) -> _Counts:
    checked, left_out, errors = zip(*results, strict=True)
    return sum(checked), sum(left_out), float(np.max(errors))  # not a number, if one of them is none

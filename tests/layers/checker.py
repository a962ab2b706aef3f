"""The gradient check: ``<dy, J u>`` by central differences against ``<J^T dy, u>``, for a random direction ``u``.

One scalar for each input and one for each parameter, in float64. Where two step sizes disagree, the point is too near
a kink and another is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import numpy as np

from cnndsl.layers._kind import Array
from tests.layers.calls import Arguments, arguments, forward, run
from tests.strategies import Case

TOLERANCE = 1e-6
_STEP = 1e-5
_TRIES = 10


class NeverSmoothError(Exception):
    """Every point that was drawn lay near a kink."""


@attrs.frozen
class Verdict:
    """Relative error of each part of the gradient (``x0``, ``W`` ...), and how many points were thrown away."""

    errors: dict[str, float]
    redrawn: int

    @property
    def right(self) -> bool:
        return all(error <= TOLERANCE for error in self.errors.values())


def check_gradient(case: Case) -> Verdict:
    """The verdict on the gradients of a case, at a point that its seed determines."""
    for redrawn in range(_TRIES):
        errors = _errors(attrs.evolve(case, seed=case.seed + redrawn))
        if errors is not None:
            return Verdict(errors, redrawn)
    raise NeverSmoothError(case)


def _errors(case: Case) -> dict[str, float] | None:
    """The relative errors, or ``None`` near a kink."""
    at = arguments(case)
    result = run(case, at)
    rng = np.random.default_rng((case.seed, 1))
    gradients = {**{f"x{index}": dx for index, dx in enumerate(result.dxs)}, **result.grads}
    errors = {}
    for name, point in _parts(at):
        direction = rng.standard_normal(point.shape)
        slope = _slope(case, at, name, direction, _STEP)
        size = np.linalg.norm(slope) + 1e-3 * np.linalg.norm(result.y) + 1e-9
        if np.linalg.norm(slope - _slope(case, at, name, direction, _STEP / 4)) > TOLERANCE / 10 * size:
            return None
        difference = np.vdot(at.dy, slope) - np.vdot(gradients[name], direction)
        errors[name] = float(abs(difference) / (np.linalg.norm(at.dy) * size))
    return errors


def _parts(at: Arguments) -> Iterator[tuple[str, Array]]:
    yield from ((f"x{index}", x) for index, x in enumerate(at.xs))
    yield from at.params.items()


def _slope(case: Case, at: Arguments, name: str, direction: Array, step: float) -> Array:
    """``J u`` for one part of the arguments: how fast the output changes along ``direction``."""
    ahead, _, _ = forward(case, _moved(at, name, step * direction))
    behind, _, _ = forward(case, _moved(at, name, -step * direction))
    return (ahead - behind) / (2 * step)


def _moved(at: Arguments, name: str, by: Array) -> Arguments:
    if name in at.params:
        return attrs.evolve(at, params={**at.params, name: at.params[name] + by})
    return attrs.evolve(at, xs=tuple(x + by if name == f"x{index}" else x for index, x in enumerate(at.xs)))

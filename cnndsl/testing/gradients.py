"""The gradient of a case against its slopes."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from cnndsl.gradcheck.calls import Call, check_call
from cnndsl.gradcheck.compare import Comparison, Precision
from cnndsl.gradcheck.slopes import TOLERANCE
from cnndsl.testing.calls import arguments, context
from cnndsl.testing.cases import Case


@frozen
class Verdict:
    """What came of each part of a gradient: ``input`` (``input 1`` ... of several), ``W``, ``b`` ..."""

    comparisons: tuple[Comparison, ...]

    @property
    def errors(self) -> dict[str, float]:
        """The relative error of each part that has a coordinate away from kinks."""
        return {done.part: done.error for done in self.comparisons if not done.is_unclear}

    @property
    def wrong(self) -> set[str]:
        """The parts that are not as the slopes say."""
        return {part for part, error in self.errors.items() if not error <= TOLERANCE}

    @property
    def left_out(self) -> int:
        """Coordinates at a kink."""
        return sum(done.left_out for done in self.comparisons)

    @property
    def right(self) -> bool:
        """Whether all that has a slope has the gradient that it should."""
        return not self.wrong


def check_gradient(case: Case) -> Verdict:
    """The verdict on the gradients of a case in float64, at a point that its seed determines."""
    given = arguments(case)
    call = Call(case.kind, case.spec, given.params, given.state, given.xs, given.dy, context(case))
    rng = np.random.default_rng((case.seed, 1))
    return Verdict(tuple(check_call(call, Precision(TOLERANCE), rng)))

"""Tests for layers of one's own: strategies, laws and gradient checks. ``docs/testing.md`` shows how.

It takes Hypothesis, which ``pip install 'cnndsl[test]'`` brings.
"""

from __future__ import annotations

try:
    from hypothesis import HealthCheck, given, settings
except ImportError as error:
    raise ImportError("cnndsl.testing needs Hypothesis: pip install 'cnndsl[test]'") from error

from cnndsl.gradcheck.slopes import agree, slope
from cnndsl.testing.calls import Arguments, Results, arguments, context, forward, run
from cnndsl.testing.cases import Case, Kind, apart, arity, out_shape
from cnndsl.testing.gradients import Verdict, check_gradient
from cnndsl.testing.laws import LAWS
from cnndsl.testing.strategies import cases, maps, models, seeds, specs, vectors

__all__ = [
    "LAWS",
    "Arguments",
    "Case",
    "Kind",
    "Results",
    "Verdict",
    "agree",
    "apart",
    "arguments",
    "arity",
    "cases",
    "check_gradient",
    "check_laws",
    "context",
    "forward",
    "maps",
    "models",
    "out_shape",
    "run",
    "seeds",
    "slope",
    "specs",
    "vectors",
]


def check_laws(kind: Kind, *, examples: int = 25) -> None:
    """Hold a kind to every law, over drawn specs, shapes and values.

    Raises
    ------
    AssertionError
        A law is broken; the case that Hypothesis shrank it to is in the exception's notes.
    """
    for law in LAWS:
        drawn = given(cases(kind))(law)
        quiet = settings(
            deadline=None,
            max_examples=examples,
            database=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        )
        quiet(drawn)()

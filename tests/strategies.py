"""What laws are drawn over, as :mod:`cnndsl.testing` offers it to everyone, and how often."""

from __future__ import annotations

from hypothesis import settings

from cnndsl.testing.cases import Case, Kind, apart, arity, out_shape
from cnndsl.testing.strategies import PUBLIC, VALUES, cases, maps, models, seeds, specs, vectors

__all__ = [
    "PUBLIC",
    "VALUES",
    "Case",
    "Kind",
    "apart",
    "arity",
    "cases",
    "maps",
    "models",
    "out_shape",
    "seeds",
    "specs",
    "thorough",
    "vectors",
]


def thorough(examples: int) -> settings:
    """A number of examples that the time of the whole suite allows, whatever the profile, and no hurry for any one."""
    return settings(deadline=None, max_examples=examples)

"""A curve in a line of text."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

_BLOCKS, _PLAIN = "▁▂▃▄▅▆▇█", "._-=+*%@"


def sparkline(values: Sequence[float], low: float, high: float, *, width: int = 60, plain: bool = False) -> str:
    """A character a value, from ``low`` to ``high``; of more values than ``width``, evenly chosen ones, the last too.

    ``plain`` is in ASCII.
    """
    marks = _PLAIN if plain else _BLOCKS
    if len(values) > width:
        values = [values[round(place * (len(values) - 1) / (width - 1))] for place in range(width)]
    return "".join(_mark(value, low, high, marks) for value in values)


def _mark(value: float, low: float, high: float, marks: str) -> str:
    if not isfinite(value):
        return "?"
    share = (value - low) / (high - low) if high > low else 0.5
    return marks[max(0, min(len(marks) - 1, int(share * len(marks))))]

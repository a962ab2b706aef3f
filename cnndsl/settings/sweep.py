"""``sweep``: the settings of which all combinations are tried."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from attrs import field, frozen

from cnndsl.errors import Span
from cnndsl.language.syntax import Argument

MOST_CELLS = 1_000


@frozen
class Axis:
    """A variable such as ``w`` or a setting such as ``train.batch``, and the values to try."""

    name: str
    values: tuple[Argument, ...]
    span: Span = field(eq=False)


@frozen
class Sweep:
    """The axes in file order."""

    axes: tuple[Axis, ...] = ()


def cells(sweep: Sweep) -> tuple[Mapping[str, Argument], ...]:
    """Every combination of the values of the axes; the last axis changes fastest. One empty cell without axes."""
    names = [axis.name for axis in sweep.axes]
    return tuple(dict(zip(names, values, strict=True)) for values in product(*(axis.values for axis in sweep.axes)))

"""What a section of the benchmark is: a measurement, case by case, and how its figures are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import frozen

from benchmarks.nets import Net
from benchmarks.timing import Pace

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Figures = Any  # JSON: what a case came to
Case = tuple[str, Callable[[], Figures]]
Results = Mapping[str, Figures]  # by the name of the case


@frozen
class Options:
    """What is asked of a run: how long to look, at which networks, and who is there to compare with."""

    pace: Pace
    nets: tuple[Net, ...]
    torch: bool
    jax: bool
    quick: bool = False


@frozen
class Table:
    """Rows of text under a header; the first column names the row, the others are figures.

    One that is long is ``folded``: the page opens it when it is asked for, and the terminal leaves it out.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""
    note: str = ""
    folded: bool = False


@frozen
class Plot:
    """A drawing by name; ``draw`` fills an empty figure, ``caption`` says what is to be seen."""

    name: str
    caption: str
    draw: Callable[[Figure], None]
    size: tuple[float, float] = (9.0, 3.8)  # inches


@frozen
class Section:
    """``cases`` gives what can be measured, by name; ``show`` makes tables and plots of what was."""

    name: str
    title: str
    about: str
    cases: Callable[[Options], Iterator[Case]]
    show: Callable[[Results], Sequence[Table | Plot]]

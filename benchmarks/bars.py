"""Ratios as bars, a group a case, to both sides of the line where both are equally fast."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.comparison import JAX, SCRIPT, TORCH, ratio
from benchmarks.section import Plot, Results
from benchmarks.svg import COLOURS, INK, bare

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_RIVALS = (TORCH, SCRIPT, JAX)


def ratios(name: str, caption: str, results: Results) -> tuple[Plot, ...]:
    """One plot, or none where nobody was there to compare with."""
    present = [rival for rival in _RIVALS if any(rival in case["seconds"] for case in results.values())]
    if not present:
        return ()
    height = 1.0 + 0.22 * len(results) * len(present)
    return (Plot(name, caption, lambda figure: _draw(figure, results, present), (9.0, height)),)


def _draw(figure: Figure, results: Results, rivals: list[str]) -> None:
    axes = bare(figure.subplots())
    axes.set_xscale("log", base=2)  # half and twice as fast are equally far from the line
    axes.xaxis.set_major_formatter("{x:g}")
    thick = 0.8 / len(rivals)
    for number, rival in enumerate(rivals):
        known = {row: value for row, case in enumerate(results.values()) if (value := ratio(case, rival))}
        at = [row + (number - (len(rivals) - 1) / 2) * thick for row in known]
        widths = [value - 1 for value in known.values()]
        bars = axes.barh(at, widths, thick * 0.9, left=1, label=rival, color=COLOURS[number])
        axes.bar_label(bars, [f"{value:.2f}" for value in known.values()], padding=3, fontsize=8)
    axes.axvline(1, color=INK, linewidth=1)
    axes.set_yticks(range(len(results)), list(results))
    axes.invert_yaxis()
    axes.margins(x=0.1)
    axes.set_xlabel("their time / ours; right of the line cnndsl is faster")
    axes.legend(frameon=False, loc="best")

"""Ratios as bars, a group a case, with a line where both are equally fast."""

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
    thick = 0.8 / len(rivals)
    for number, rival in enumerate(rivals):
        at = [row + (number - (len(rivals) - 1) / 2) * thick for row in range(len(results))]
        values = [ratio(case, rival) or 0.0 for case in results.values()]
        bars = axes.barh(at, values, thick * 0.9, label=rival, color=COLOURS[number])
        axes.bar_label(bars, [f"{value:.2f}" if value else "" for value in values], padding=3, fontsize=8)
    axes.axvline(1, color=INK, linewidth=1)
    axes.set_yticks(range(len(results)), list(results))
    axes.invert_yaxis()
    axes.set_xlabel("their time / ours; right of the line cnndsl is faster")
    axes.legend(frameon=False, loc="best")

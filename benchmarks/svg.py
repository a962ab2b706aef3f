"""Plots as SVG that is the same at each run and reads well on light and dark paper."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from benchmarks.section import Plot

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK = "#57606a"
_INK_ON_DARK = "#a7b0ba"
COLOURS = ("#d9730d", "#8957e5", "#2f855a", "#2563a8", "#c93a67")  # of middle lightness: seen on white and on black
OUR_COLOUR = "#2b7de9"

_INKED = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color", "grid.color")

# What matplotlib writes into its styles is replaced by a rule for readers whose pages are dark.
_DARK = "".join(f"[style*='{use}: {INK}']{{{use}:{_INK_ON_DARK}!important}}" for use in ("fill", "stroke"))
_FONT = "text{font-family:system-ui,-apple-system,'Segoe UI',sans-serif}"
_STYLE = f"<style>{_FONT}@media screen and (prefers-color-scheme:dark){{{_DARK}}}</style>"


def render(plot: Plot) -> str:
    """The drawing as SVG text: no date, no ground, ids from its name alone."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    settings: Any = {"svg.hashsalt": plot.name, "svg.fonttype": "none", "font.size": 9}
    with mpl.rc_context(settings | dict.fromkeys(_INKED, INK)):
        figure = Figure(figsize=plot.size, layout="constrained")
        FigureCanvasSVG(figure)  # no pyplot: no global state, no display
        plot.draw(figure)
        file = io.StringIO()
        figure.savefig(file, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    head, tag, body = file.getvalue().partition("<defs>")
    return f"{head}{_STYLE}\n {tag}{body}"


def bare(axes: Axes) -> Axes:
    """Axes with two spines and a faint grid."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.25)
    axes.set_axisbelow(True)
    return axes


def panels(figure: Figure, count: int, *, shared: bool = False) -> list[Axes]:
    """So many axes in two columns, logarithmic, with plain numbers; ``shared`` gives them one scale."""
    grid = figure.subplots(-(-count // 2), 2, sharex=shared, sharey=shared, squeeze=False)
    for axes in list(grid.flat)[count:]:
        axes.set_visible(False)
    found = [bare(axes) for axes in list(grid.flat)[:count]]
    for axes in found:
        axes.set(xscale="log", yscale="log")
        axes.xaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_major_formatter("{x:g}")
    return found

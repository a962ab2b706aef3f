"""How a training step grows with the batch, the width, the depth and the size of the images."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from benchmarks import ours
from benchmarks.comparison import TORCH, compare, middle, number, pick, unsteady
from benchmarks.fit import exponent, upper_half
from benchmarks.nets import Net, plain
from benchmarks.ours import OURS
from benchmarks.section import Case, Figures, Options, Plot, Results, Section, Table
from benchmarks.svg import COLOURS, INK, OUR_COLOUR, panels
from benchmarks.timing import Rival
from cnndsl.compiler.measure import measure as figures_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BATCH = 16
_ROUNDS = 3


@frozen
class Way:
    """One way to grow: its name, the sizes, and the network and batch of each; linear in ``quantity``."""

    name: str
    sizes: tuple[int, ...]
    case: Callable[[int], tuple[Net, int]]
    quantity: str


WAYS = (
    Way("batch", (1, 4, 16, 64, 256), lambda size: (plain(), size), "images"),
    Way("width", (8, 16, 32, 64, 128), lambda size: (plain(width=size), _BATCH), "channels"),
    Way("depth", (1, 2, 4, 8, 16), lambda size: (plain(depth=size), _BATCH), "convolutions"),
    Way("image size", (8, 16, 32, 64, 128), lambda size: (plain(size=size), _BATCH), "rows and columns"),
)


def cases(options: Options) -> Iterator[Case]:
    """Each way, from small to large."""
    shorter = evolve(options, pace=evolve(options.pace, rounds=min(_ROUNDS, options.pace.rounds)))
    for way in WAYS:
        for size in way.sizes:
            yield f"{way.name} {size}", partial(_one, *way.case(size), shorter)


def _one(net: Net, batch: int, options: Options) -> Figures:
    with ExitStack() as stack:
        seen = compare(_rivals(net, batch, options, stack), options.pace)
    return {"macs": batch * figures_of(net.graph()).macs, **seen}


def _rivals(net: Net, batch: int, options: Options, stack: ExitStack) -> dict[str, Rival]:
    rivals = {OURS: ours.step(net, batch, stack)}
    if options.torch:
        from benchmarks import torch_side

        rivals[TORCH] = pick([torch_side.step(net, batch, each) for each in torch_side.configurations()], options)
    return rivals


@frozen
class Curve:
    """What is known of one way to grow: the sizes, multiply-adds, and seconds of each side."""

    way: Way
    sizes: tuple[int, ...]
    macs: tuple[int, ...]
    seconds: dict[str, tuple[float, ...]]

    def exponent(self, values: Sequence[float]) -> float:
        """How the larger half grows with the size."""
        return exponent(upper_half(self.sizes), upper_half(values))


def curves(results: Results) -> tuple[Curve, ...]:
    """The ways of which at least two sizes were measured."""
    found = []
    for way in WAYS:
        cases = {size: results[f"{way.name} {size}"] for size in way.sizes if f"{way.name} {size}" in results}
        if len(cases) > 1:
            sides = [side for side in (OURS, TORCH) if all(side in case["seconds"] for case in cases.values())]
            seconds = {side: tuple(middle(case, side) or 0.0 for case in cases.values()) for side in sides}
            macs = tuple(case["macs"] for case in cases.values())
            found.append(Curve(way, tuple(cases), macs, seconds))
    return tuple(found)


def show(results: Results) -> Sequence[Table | Plot]:
    """Exponents as a table, the curves as a plot."""
    known = curves(results)
    if not known:
        return ()
    sides = [side for side in (OURS, TORCH) if any(side in curve.seconds for curve in known)]
    rows = tuple(
        (
            f"{curve.way.name} {curve.sizes[0]} to {curve.sizes[-1]}",
            f"x^{curve.exponent(curve.macs):.2f}",
            *(f"x^{curve.exponent(curve.seconds[side]):.2f}" if side in curve.seconds else "" for side in sides),
            *(_span(curve.seconds.get(side)) for side in sides),
        )
        for curve in known
    )
    header = ("growth with", "multiply-adds", *sides, *(f"{side}, ms" for side in sides))
    note = "Exponents are fitted to the larger half of the sizes; the dotted lines grow as multiply-adds do."
    caption = "Milliseconds of a training step over batch, width, depth and image size, on logarithmic axes"
    return (
        Table(header, rows, note=f"{note} {unsteady(results)}".strip()),
        Plot("growth", caption, lambda figure: _draw(figure, known), (9.0, 6.6)),
    )


def _span(seconds: tuple[float, ...] | None) -> str:
    return f"{number(seconds[0] * 1e3)} to {number(seconds[-1] * 1e3)}" if seconds else ""


def _draw(figure: Figure, known: tuple[Curve, ...]) -> None:
    for axes, curve in zip(panels(figure, len(known)), known, strict=True):
        _draw_curve(axes, curve)


def _draw_curve(axes: Axes, curve: Curve) -> None:
    for side, colour in ((OURS, OUR_COLOUR), (TORCH, COLOURS[0])):
        if side in curve.seconds:
            values = [value * 1e3 for value in curve.seconds[side]]
            label = f"{side}: x^{curve.exponent(values):.2f}"
            axes.plot(curve.sizes, values, color=colour, marker="o", markersize=4, linewidth=1.6, label=label)
    last = curve.seconds[OURS][-1] * 1e3
    ideal = [last * macs / curve.macs[-1] for macs in curve.macs]
    axes.plot(curve.sizes, ideal, color=INK, linewidth=1, linestyle=":")
    axes.set(xlabel=f"{curve.way.name} ({curve.way.quantity})", ylabel="ms a step")
    axes.set_xticks(curve.sizes, [str(size) for size in curve.sizes])
    axes.minorticks_off()
    axes.legend(frameon=False)


SECTION = Section(
    "growth",
    "Growth",
    f"A training step of plain networks: 4 convolutions of 16 channels on 32x32 pixels, batch {_BATCH}, but for what "
    "grows. Linear is x^1 for batch and depth, and for pixels; these grow as x^2 with the image size, "
    "multiply-adds as x^2 with the width.",
    cases,
    show,
)

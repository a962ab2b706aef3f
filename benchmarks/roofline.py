"""Each layer beside what the machine can do: giga-operations a second over operations a byte."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import asdict

from benchmarks import limits
from benchmarks.comparison import number
from benchmarks.layer_times import LayerTime, layer_times
from benchmarks.nets import Net
from benchmarks.section import Case, Figures, Options, Plot, Results, Section, Table
from benchmarks.svg import COLOURS, INK, OUR_COLOUR, panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ROUNDS = 15
_PASSES = ("forward", "backward")
_MARKERS = ("o", "s")


def cases(options: Options) -> Iterator[Case]:
    """The machine, then every network's layers."""
    yield from limits.cases(options)
    for net in options.nets:
        yield f"layers of {net.name}", partial(_layers_of, net)


def _layers_of(net: Net) -> Figures:
    return [_as_json(layer) for layer in layer_times(net, _ROUNDS)]


def _as_json(layer: LayerTime) -> dict[str, Any]:
    return asdict(layer) | {"seconds": [float(f"{value:.4g}") for value in layer.seconds]}


def show(results: Results) -> Sequence[Table | Plot]:
    """The machine's limits, each network as a whole, its layers, and the plot."""
    nets = {name.removeprefix("layers of "): _layers(case) for name, case in results.items() if _is_net(name)}
    peak = max((case["1"] for name, case in results.items() if name.startswith("product")), default=0.0)
    items: list[Table | Plot] = [_limits(results)] if peak else []
    if nets and peak:
        items.append(_wholes(nets, peak))
        caption = "Giga-operations a second of each layer over its operations a byte, under the machine's roof"
        rows = -(-len(nets) // 2)
        items.append(
            Plot("roofline", caption, lambda figure: _draw(figure, nets, results, peak), (9.0, 0.6 + 3.1 * rows))
        )
    items += [_table(name, layers, peak) for name, layers in nets.items()]
    return items


def _is_net(name: str) -> bool:
    return name.startswith("layers of ")


def _layers(case: Figures) -> tuple[LayerTime, ...]:
    pairs = ("seconds", "macs", "moved")
    return tuple(LayerTime(**(layer | {name: tuple(layer[name]) for name in pairs})) for layer in case)


def _limits(results: Results) -> Table:
    cases = {name: case for name, case in results.items() if not _is_net(name)}
    cores = list(next(iter(cases.values())))
    rows = tuple((name, *(_rate(name, case.get(count)) for count in cores)) for name, case in cases.items())
    return Table(("the machine", *(f"{count} core{'s' if count != '1' else ''}" for count in cores)), rows)


def _rate(name: str, value: float | None) -> str:
    unit = "GF/s" if name.startswith("product") else "GB/s"
    return "" if value is None else f"{value:,.0f} {unit}"


def _wholes(nets: dict[str, tuple[LayerTime, ...]], peak: float) -> Table:
    """What all layers of a network come to, products and the rest."""
    rows = []
    for name, layers in nets.items():
        seconds = sum(sum(layer.seconds) for layer in layers)
        in_products = sum(sum(layer.seconds) for layer in layers if layer.macs[0])
        operations = 2 * sum(sum(layer.macs) for layer in layers)
        reached, alone = operations / seconds / 1e9, operations / in_products / 1e9
        rows.append(
            (
                f"{name}, {layers[0].images} images",
                number(seconds * 1e3),
                f"{in_products / seconds:.0%}",
                f"{alone:.0f}",
                f"{alone / peak:.0%}",
                f"{reached:.0f}",
                f"{reached / peak:.0%}",
            )
        )
    header = ("all layers, one core", "ms", "in products", "GF/s there", "of the best", "GF/s of all", "of the best")
    return Table(header, tuple(rows))


def _table(name: str, layers: tuple[LayerTime, ...], peak: float) -> Table:
    header = ("layer", "kind", *(f"{of}, {unit}" for of in _PASSES for unit in ("ms", "GF/s", "GB/s", "of the best")))
    rows = tuple((layer.path, layer.kind, *_cells(layer, 0, peak), *_cells(layer, 1, peak)) for layer in layers)
    return Table(header, rows, title=f"{name}, {layers[0].images} images", folded=True)


def _cells(layer: LayerTime, of: int, peak: float) -> tuple[str, str, str, str]:
    seconds, operations = layer.seconds[of], 2 * layer.macs[of]
    if not seconds:
        return "", "", "", ""
    rate = operations / seconds / 1e9
    bandwidth = f"{layer.moved[of] / seconds / 1e9:.1f}"
    products = (f"{rate:.1f}", bandwidth, f"{rate / peak:.0%}") if operations and peak else ("", bandwidth, "")
    return number(seconds * 1e3), *products


def _draw(figure: Figure, nets: dict[str, tuple[LayerTime, ...]], results: Results, peak: float) -> None:
    for axes, (name, layers) in zip(panels(figure, len(nets), shared=True), nets.items(), strict=True):
        _draw_net(axes, name, layers)
        _draw_roof(axes, results, peak)
    figure.supxlabel("operations a byte", fontsize=9)
    figure.supylabel("GF/s, one core", fontsize=9)


def _draw_net(axes: Axes, name: str, layers: tuple[LayerTime, ...]) -> None:
    whole = sum(sum(layer.seconds) for layer in layers)
    for of, (passing, marker) in enumerate(zip(_PASSES, _MARKERS, strict=True)):
        seen = [layer for layer in layers if layer.macs[of] and layer.seconds[of]]
        xs = [2 * layer.macs[of] / layer.moved[of] for layer in seen]
        ys = [2 * layer.macs[of] / layer.seconds[of] / 1e9 for layer in seen]
        colour = (OUR_COLOUR, COLOURS[0])[of]
        areas = [8 + 500 * layer.seconds[of] / whole for layer in seen]
        axes.scatter(xs, ys, areas, colour, marker=marker, alpha=0.55, linewidths=0)
        axes.plot([], [], marker, color=colour, alpha=0.55, label=passing)
    axes.set_title(name, fontsize=9)
    axes.legend(frameon=False, loc="lower right")


def _draw_roof(axes: Axes, results: Results, peak: float) -> None:
    """No faster than the products, nor than the bytes come: from the third-level cache, or from memory."""
    left, right = 0.2, 1000.0
    for level, style in (("L3", "-"), ("DRAM", "--")):
        if f"sum {level}" in results:
            rate = results[f"sum {level}"]["1"]
            xs = [left, min(right, peak / rate), right]
            axes.plot(xs, [min(peak, rate * x) for x in xs], color=INK, linewidth=1, linestyle=style)
            axes.text(left * 1.15, rate * left * 2.4, level, fontsize=8)
    axes.set_xlim(left, right)


SECTION = Section(
    "roofline",
    "Roofline",
    "What the machine reaches through NumPy, and each layer where it stands in a training step, on one core: operations"
    " a second (two a multiply-add, of the direct method), and bytes a second of those that must be read and written "
    "at least. In the plot areas are shares of the time; the roof is the best product, the slopes are the bandwidth of "
    "sums in the third-level cache (solid) and in memory (dashed).",
    cases,
    show,
)

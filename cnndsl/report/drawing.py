"""A network as a picture: one self-contained SVG document, without scripts, links, or identifiers that could clash."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from cnndsl.language.graph import INPUT, Graph
from cnndsl.report import drawing_svg as svg
from cnndsl.report.architecture import Architecture, Family, describe
from cnndsl.report.drawing_cards import Card, adds_up, box_width, cards_of, changes_shape, spell_shape
from cnndsl.report.drawing_layout import Cell, Layout, lay_out
from cnndsl.report.drawing_style import ROOT, Theme, style_sheet
from cnndsl.report.drawing_text import fit, text_width, wrapped
from cnndsl.report.numerals import compact, memory

_MARGIN = 28.0
_NARROWEST = 300.0  # without the margins
_END = 30.0  # height of the input and the output
_TITLE, _LINE, _LEADING = 17.0, 12.0, 19.0  # sizes of type, and from line to line
_DOT, _BETWEEN = 14.0, 16.0  # before an entry of the key, and behind it
_GAP = 18.0  # between what stands above and below the network and the network


def draw(graph: Graph, *, title: str = "", theme: Theme = "auto") -> str:
    """A graph with shapes as an SVG document.

    Parameters
    ----------
    title
        What stands above it; the name of its file, if nothing is given.
    theme
        ``auto`` is light or dark as the reader's system is; paper is always light.
    """
    return draw_architecture(describe(graph), title=title, theme=theme)


def draw_architecture(architecture: Architecture, *, title: str = "", theme: Theme = "auto") -> str:
    """The same of what was already described."""
    cards = cards_of(architecture)
    layout = lay_out(cells_of(architecture, cards), box_width(cards))
    room = max(_NARROWEST, layout.width)
    heading = title or architecture.file.replace("\\", "/").rpartition("/")[2]
    head, top = _head(heading, cards, room)
    foot, height = _foot(architecture, top + layout.height + _GAP, room)
    network = svg.element(
        "g", *_network(architecture, cards, layout), transform=f"translate({(room - layout.width) / 2:.1f} {top:.1f})"
    )
    page = svg.element("g", *head, network, *foot, transform=f"translate({_MARGIN:.0f} {_MARGIN:.0f})")
    size = (room + 2 * _MARGIN, height + 2 * _MARGIN)
    return svg.element(
        "svg",
        svg.element("title", svg.words(heading)),
        svg.element("desc", svg.words(description(architecture))),
        svg.element("style", style_sheet(theme)),
        svg.element("rect", width=size[0], height=size[1], class_="paper"),
        page,
        xmlns="http://www.w3.org/2000/svg",
        class_=ROOT,
        role="img",
        width=size[0],
        height=size[1],
        viewBox=f"0 0 {size[0]:.1f} {size[1]:.1f}",
    )


def cells_of(architecture: Architecture, cards: Sequence[Card]) -> tuple[Cell, ...]:
    """What is to be placed: the input, each layer, and the output."""
    numbers = {INPUT: 0} | {row.path: number for number, row in enumerate(architecture.rows, 1)}
    layers = tuple(
        Cell(
            row.path,
            tuple(numbers[path] for path in row.inputs),
            card.height,
            spell_shape(row.out_shape),
            noted=card.tall,
            sums=adds_up(row),
        )
        for row, card in zip(architecture.rows, cards, strict=True)
    )
    return Cell("", (), _END, spell_shape(architecture.input_shape)), *layers, Cell("", (len(layers),), _END)


def description(architecture: Architecture) -> str:
    """The picture in words, for who does not see it."""
    steps = " -> ".join(
        f"{row.text} {spell_shape(row.out_shape)}" if changes_shape(row) else row.text for row in architecture.rows
    )
    totals = ", ".join(_totals(architecture))
    return f"A network of {_layers(architecture)}, from {spell_shape(architecture.input_shape)}: {steps}. {totals}."


def _totals(architecture: Architecture) -> list[str]:
    return [
        f"{architecture.parameters:,} parameters",
        f"{compact(architecture.macs)} MACs",
        f"{memory(architecture.activation_bytes)} of activations",
        f"receptive field {architecture.receptive_field}",
    ]


def _layers(architecture: Architecture) -> str:
    return f"{len(architecture.rows)} layer{'s' * (len(architecture.rows) != 1)}"


def _network(architecture: Architecture, cards: Sequence[Card], layout: Layout) -> list[str]:
    scale = svg.scale_of([architecture.input_shape, *(row.out_shape for row in architecture.rows)])
    first, *boxes, last = layout.boxes
    return [
        *map(svg.border, layout.frames),
        *map(svg.arrow, layout.edges),
        *map(svg.shape, layout.notes),
        svg.end(first, f"input {spell_shape(architecture.input_shape)}"),
        *(svg.layer(box, card, scale) for box, card in zip(boxes, cards, strict=True)),
        svg.end(last, f"output {spell_shape(architecture.output_shape)}"),
    ]


def _head(heading: str, cards: Sequence[Card], room: float) -> tuple[list[str], float]:
    """The title and the key to the colours, and where the network begins."""
    families = [family for family in get_args(Family) if any(card.family == family for card in cards)]
    lines = wrapped([_DOT + text_width(family, _LINE) for family in families], room, _BETWEEN)
    parts = [svg.line_of_text(fit(heading, room, _TITLE, bold=True), 0, _TITLE, "title")]
    y = _TITLE + 6
    for line in lines:
        x, y = 0.0, y + _LEADING
        for entry in line:
            family = families[entry]
            dot = svg.element("circle", cx=x + 4, cy=y - 4, r=4, class_="solid")
            parts.append(svg.element("g", dot, svg.line_of_text(family, x + _DOT, y, "line quiet"), class_=family))
            x += _DOT + text_width(family, _LINE) + _BETWEEN
    return parts, y + _GAP


def _foot(architecture: Architecture, y: float, room: float) -> tuple[list[str], float]:
    """The totals below a rule, and where they end."""
    totals = _totals(architecture)
    separator = " · "
    parts = [svg.element("path", d=f"M0,{y:.1f}H{room:.1f}", class_="rule")]
    for line in wrapped([text_width(total, _LINE) for total in totals], room, text_width(separator, _LINE)):
        y += _LEADING
        parts.append(svg.line_of_text(separator.join(totals[number] for number in line), 0, y, "line"))
    return parts, y + 4

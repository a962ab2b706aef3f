"""What is written and drawn on each box: the layer as its line says it, what it costs, and a sign of its output."""

from __future__ import annotations

from typing import Literal

from attrs import evolve, frozen

from cnndsl.language.graph import Shape
from cnndsl.report.architecture import Architecture, Family, Row
from cnndsl.report.drawing_text import fit, text_width
from cnndsl.report.numerals import compact, memory

NAME_SIZE, SMALL_SIZE = 13.0, 11.0
TEXT_AT, TEXT_END = 54.0, 14.0  # from the left edge of a box to its text, and from that to the right edge
APART = 14.0  # between two texts on a line
_NARROWEST, _WIDEST = 216.0, 340.0
_TALL, _SLIM = 46.0, 28.0
_LARGEST_LABEL = 0.4  # of the room on a line

Sign = Literal["value", "sum", "dot"]


@frozen
class Card:
    """A box's content: ``label``, ``name`` and ``arguments`` on a line, and ``detail`` below it or at its right.

    ``sign`` says whether the output is drawn, a plus, or a dot; ``hint`` is shown to who points at the box.
    """

    family: Family
    label: str
    name: str
    arguments: str
    detail: str
    sign: Sign
    shape: Shape
    hint: str

    @property
    def tall(self) -> bool:
        """Whether there is room for two lines and a sign of the output: if that is a new shape, or took work."""
        return self.sign == "value"

    @property
    def height(self) -> float:
        """Of the box."""
        return _TALL if self.tall else _SLIM

    @property
    def texts(self) -> tuple[float, float, float, float]:
        """How wide the texts are, each with the space behind it."""
        return (
            text_width(f"{self.label} ", NAME_SIZE) if self.label else 0.0,
            text_width(f"{self.name} ", NAME_SIZE, bold=True),
            text_width(self.arguments, NAME_SIZE),
            text_width(self.detail, SMALL_SIZE),
        )

    @property
    def width(self) -> float:
        """Of all texts."""
        *line, detail = self.texts
        if self.tall or not detail:
            return max(sum(line), detail)
        return sum(line) + APART + detail

    def fitted(self, room: float) -> Card:
        """The card with its texts shortened to ``room``, which is enough for the name and the detail."""
        card = evolve(self, label=fit(self.label, room * _LARGEST_LABEL, NAME_SIZE))
        label, name, _, detail = card.texts
        beside = APART + detail if detail and not self.tall else 0.0
        return evolve(card, arguments=fit(self.arguments, room - beside - label - name, NAME_SIZE))


def cards_of(architecture: Architecture) -> tuple[Card, ...]:
    """A card for each layer."""
    return tuple(_card(row, architecture.file) for row in architecture.rows)


def box_width(cards: tuple[Card, ...]) -> float:
    """The width of all boxes: the widest card's, within reason."""
    widest = max((card.width for card in cards), default=0.0)
    return round(min(_WIDEST, max(_NARROWEST, TEXT_AT + widest + TEXT_END)))


def spell_shape(shape: Shape) -> str:
    """``32x14x14``, as printers set it."""
    return "\N{MULTIPLICATION SIGN}".join(map(str, shape))


def adds_up(row: Row) -> bool:
    """Whether a layer takes several values of one shape and keeps it, as the end of a residual does."""
    return len(row.in_shapes) > 1 and set(row.in_shapes) == {row.out_shape}


def changes_shape(row: Row) -> bool:
    """Whether the value has another shape behind the layer."""
    return set(row.in_shapes) != {row.out_shape}


def _card(row: Row, file: str) -> Card:
    arguments = row.text.removeprefix(row.kind).strip()
    costs = [
        f"{compact(number)} {unit}"
        for number, unit in ((row.figures.parameters, "parameters"), (row.figures.macs, "MACs"))
        if number
    ]
    work = changes_shape(row) or row.figures.macs > 0
    sign: Sign = "value" if work else "sum" if adds_up(row) else "dot"
    label = f"{row.label}:" if row.label else ""
    return Card(row.family, label, row.kind, arguments, " · ".join(costs), sign, row.out_shape, _hint(row, file))


def _hint(row: Row, file: str) -> str:
    shapes = ", ".join(map(spell_shape, row.in_shapes))
    figures = row.figures
    costs = f"{figures.parameters:,} parameters, {figures.macs:,} MACs, {memory(figures.activation_bytes)}"
    return "\n".join(
        (
            row.path,
            f"{row.text}: {shapes} → {spell_shape(row.out_shape)}",
            f"{costs}, receptive field {figures.receptive_field}",
            *([f"line {row.line}{'' if row.file == file else f' of {row.file}'}"] if row.line else []),
        )
    )

"""A network as a table in plain text: a row a layer, the totals, and a line that says it all."""

from __future__ import annotations

from collections.abc import Sequence

from cnndsl.errors import printable
from cnndsl.layers._fields import spell
from cnndsl.report.architecture import Architecture
from cnndsl.report.drawing_text import shorten, shorten_path
from cnndsl.report.numerals import compact, memory

_HEADS = ("path", "layer", "output", "params", "MACs", "memory", "field")
_MACS = 4  # the column of multiply-adds
_WORDS = 2  # the first columns are words, which may be shortened; the others are numbers, or sizes
_PATH = 28  # characters of a path that are enough
_LEAST = 12  # characters of a column of words, in the narrowest terminal
_BETWEEN = "  "
_CUT = "..."  # where something is left out, on any terminal

Cells = Sequence[str]


def table(architecture: Architecture, *, width: int | None = None, data: str = "", complete: bool = True) -> str:
    """What the network is, and the table, in lines of ``width`` characters where the numbers leave that much room.

    Below a layer that takes other values than that of the line above it is said which. Without a width nothing is
    shortened and a layer is one line, those values at its end: columns are two spaces apart, and no cell has two.
    ``data`` names the data set; ``complete`` is false where only the beginning of the network is right.
    """
    rows = [_cells(architecture, number) for number in range(len(architecture.rows))]
    total: Cells = (
        "total" if complete else "so far",
        "",
        spell(architecture.output_shape),
        f"{architecture.parameters:,}",
        f"{architecture.macs:,}",
        memory(architecture.activation_bytes),
        str(architecture.receptive_field),
    )
    if width is not None and _length(_natural([_HEADS, *rows, total])) > width:
        rows, total = [_rounded(row) for row in rows], _rounded(total)
    widths = _widths([_HEADS, *rows, total], width)
    rule = _BETWEEN.join("-" * room for room in widths)
    lines = [_line(_HEADS, widths), rule]
    for number, row in enumerate(rows):
        lines.append(_with_inputs(_line(row, widths), _inputs(architecture, number), width))
    heading = [summary(architecture, data), ""] if complete else []
    return "\n".join([*heading, *lines, rule, _line(total, widths)])


def summary(architecture: Architecture, data: str = "") -> str:
    """``model.txt: mnist 1x28x28: 11 layers, 33,078 parameters, ...``."""
    images = f"{data} {spell(architecture.input_shape)}".strip()
    count = len(architecture.rows)
    figures = (
        f"{count} layer{'s' * (count != 1)}, {architecture.parameters:,} parameters, {architecture.macs:,} MACs, "
        f"receptive field {architecture.receptive_field}"
    )
    return f"{printable(architecture.file)}: {images}: {figures}"


def _cells(architecture: Architecture, number: int) -> Cells:
    row, figures = architecture.rows[number], architecture.rows[number].figures
    return (
        row.path,
        row.text,
        spell(row.out_shape),
        f"{figures.parameters:,}",
        f"{figures.macs:,}",
        memory(figures.activation_bytes),
        str(figures.receptive_field),
    )


def _inputs(architecture: Architecture, number: int) -> str:
    """What a row takes, where that is not simply the line above."""
    return f"<- {', '.join(architecture.rows[number].inputs)}" if architecture.skips(number) else ""


def _with_inputs(line: str, inputs: str, width: int | None) -> str:
    if not inputs:
        return line
    return f"{line}{_BETWEEN}{inputs}" if width is None else f"{line}\n{shorten(f'  {inputs}', width, _CUT)}"


def _widths(rows: Sequence[Cells], width: int | None) -> list[int]:
    """The width of each column; where that is too much, long paths give way, and then the wider of both words."""
    widths = _natural(rows)
    if width is not None:
        widths[0] -= max(0, min(_length(widths) - width, widths[0] - _PATH))
    while width is not None and _length(widths) > width and max(widths[:_WORDS]) > _LEAST:
        widest = max(range(_WORDS), key=lambda column: widths[column])
        widths[widest] -= 1
    return widths


def _natural(rows: Sequence[Cells]) -> list[int]:
    return [max(map(len, column)) for column in zip(*rows, strict=True)]


def _rounded(cells: Cells) -> Cells:
    """The cells with as many multiply-adds, in three digits."""
    return (*cells[:_MACS], compact(int(cells[_MACS].replace(",", ""))), *cells[_MACS + 1 :])


def _length(widths: Sequence[int]) -> int:
    return sum(widths) + len(_BETWEEN) * (len(widths) - 1)


def _line(cells: Cells, widths: Sequence[int]) -> str:
    path, layer = shorten_path(cells[0], widths[0], _CUT), shorten(cells[1], widths[1], _CUT)
    numbers = [cell.rjust(room) for cell, room in zip(cells[_WORDS:], widths[_WORDS:], strict=True)]
    return printable(_BETWEEN.join([path.ljust(widths[0]), layer.ljust(widths[1]), *numbers]))

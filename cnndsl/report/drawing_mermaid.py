"""A network as a Mermaid flowchart: blocks as subgraphs, shapes on the arrows.

Names in the chart are numbers; what a model file says stands in quotes, and of that only letters, digits and a few
signs as they are. All else is written as ``#code;``, which Mermaid shows as the character and never reads as its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from cnndsl.language.graph import INPUT
from cnndsl.layers._fields import spell
from cnndsl.report.architecture import Architecture, Row
from cnndsl.report.drawing_style import INK, LIGHT_FAMILIES
from cnndsl.report.drawing_tree import Block, blocks_of

_PLAIN = frozenset(" .,:_/=")


def mermaid(architecture: Architecture) -> str:
    """The flowchart, top down."""
    rows = architecture.rows
    names = {INPUT: "image"} | {row.path: f"n{number}" for number, row in enumerate(rows)}
    shapes = {INPUT: architecture.input_shape} | {row.path: row.out_shape for row in rows}
    wires = [(path, names[row.path]) for row in rows for path in row.inputs]
    wires.append((rows[-1].path if rows else INPUT, "result"))
    lines = [
        "flowchart TD",
        f'  image(["input {spell(architecture.input_shape)}"])',
        *_items(blocks_of([row.path for row in rows]), rows, "b", "  "),
        f'  result(["output {spell(architecture.output_shape)}"])',
        *(f'  {names[path]} -->|"{spell(shapes[path])}"| {target}' for path, target in wires),
        *_colours(rows),
    ]
    return "\n".join(lines)


def _items(block: Block, rows: Sequence[Row], name: str, indent: str) -> Iterator[str]:
    """The lines of what is in a block; ``name`` tells it from all others."""
    for at, item in enumerate(block.items):
        if isinstance(item, int):
            row = rows[item]
            yield f'{indent}n{item}["{_quoted(f"{row.label}: {row.text}" if row.label else row.text)}"]'
        else:
            inner = f"{name}_{at}"
            yield f'{indent}subgraph {inner}["{_quoted(item.title)}"]'
            yield from _items(item, rows, inner, f"{indent}  ")
            yield f"{indent}end"


def _colours(rows: Sequence[Row]) -> Iterator[str]:
    families = sorted((row.family, number) for number, row in enumerate(rows))
    for family, members in groupby(families, key=lambda member: member[0]):
        _, ground, border = LIGHT_FAMILIES[family]
        yield f"  classDef {family} fill:{ground},stroke:{border},color:{INK}"
        yield f"  class {','.join(f'n{number}' for _, number in members)} {family}"


def _quoted(text: str) -> str:
    return "".join(c if (c.isascii() and c.isalnum()) or c in _PLAIN else f"#{ord(c)};" for c in text)

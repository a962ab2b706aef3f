"""A network in a notebook: the table of its layers, and the drawing."""

from __future__ import annotations

from html import escape

from cnndsl.language.graph import Graph
from cnndsl.layers._fields import spell
from cnndsl.notebook.style import framed, table
from cnndsl.report.architecture import Architecture, describe
from cnndsl.report.architecture_table import summary
from cnndsl.report.architecture_table import table as text_table
from cnndsl.report.drawing import draw_architecture
from cnndsl.report.numerals import memory

_HEAD = ("path", "layer", "output", "params", "MACs", "memory")
_WORDS = 3  # columns that are not numbers


def network_html(graph: Graph) -> str:
    """A graph with shapes as HTML that needs nothing else."""
    architecture = describe(graph)
    drawing = draw_architecture(architecture)
    return framed(
        f"<p>{escape(summary(architecture))}</p>",
        _layers(architecture),
        f"<details open><summary>drawing</summary>{drawing}</details>",
    )


def network_text(graph: Graph) -> str:
    """The same for what shows text alone: the table of ``cnndsl show``."""
    return text_table(describe(graph))


def _layers(architecture: Architecture) -> str:
    rows = [
        (
            row.path,
            row.text,
            spell(row.out_shape),
            f"{row.figures.parameters:,}",
            f"{row.figures.macs:,}",
            memory(row.figures.activation_bytes),
        )
        for row in architecture.rows
    ]
    total = (
        "total",
        "",
        spell(architecture.output_shape),
        f"{architecture.parameters:,}",
        f"{architecture.macs:,}",
        memory(architecture.activation_bytes),
    )
    return table(_HEAD, [*rows, total], words=_WORDS, marked={len(rows): "total"})

"""What is to be shown of a network, as a value that the table, the JSON, the flowchart and the drawing are made from.

Shapes leave the batch out: ``(C, H, W)`` or ``(F,)``. Activation memory is that of one image.
"""

from __future__ import annotations

from math import prod
from typing import Any, Literal, cast

import attrs
from attrs import frozen

from cnndsl.compiler.measure import NodeFigures, measure, measure_nodes
from cnndsl.language.graph import INPUT, CallSite, Graph, Node, Shape
from cnndsl.language.render import render_spec
from cnndsl.layers import kind_of
from cnndsl.layers.channel_shuffle import ChannelShuffle
from cnndsl.layers.global_avg_pool import GlobalAvgPool
from cnndsl.layers.global_max_pool import GlobalMaxPool
from cnndsl.layers.identity import Identity

Family = Literal["convolution", "pooling", "activation", "normalisation", "dense", "merge", "other"]

# What is not told from what it does: these keep the shape and no weights either, or make a vector of a map.
_NAMED: dict[Family, tuple[type, ...]] = {
    "pooling": (GlobalAvgPool, GlobalMaxPool),
    "other": (ChannelShuffle, Identity),
}


@frozen
class Row:
    """One layer in its place; ``line`` is where it stands in ``file``, zero where that is not known.

    ``text`` is the layer as the language writes it, ``arguments`` its values by name, defaults included, and ``calls``
    how the file came to it.
    """

    path: str
    kind: str
    text: str
    arguments: tuple[tuple[str, Any], ...]
    family: Family
    inputs: tuple[str, ...]
    in_shapes: tuple[Shape, ...]
    out_shape: Shape
    figures: NodeFigures
    file: str = ""
    line: int = 0
    calls: tuple[CallSite, ...] = ()

    @property
    def label(self) -> str:
        """The end of the path, where it is a label of the model file: that has no dot."""
        own = self.path.rpartition("/")[2]
        return "" if "." in own else own


@frozen
class Architecture:
    """A network on images of one shape, or as much of it as is right; inputs of rows are ``@input`` or rows above."""

    file: str
    input_shape: Shape
    rows: tuple[Row, ...]
    receptive_field: int

    @property
    def output_shape(self) -> Shape:
        """The shape of the last layer, of the images themselves where there is none."""
        return self.rows[-1].out_shape if self.rows else self.input_shape

    @property
    def parameters(self) -> int:
        """Trained numbers."""
        return sum(row.figures.parameters for row in self.rows)

    @property
    def macs(self) -> int:
        """Multiply-adds for one image."""
        return sum(row.figures.macs for row in self.rows)

    @property
    def activation_bytes(self) -> int:
        """Memory of all outputs for one image."""
        return sum(row.figures.activation_bytes for row in self.rows)

    def skips(self, number: int) -> bool:
        """Whether the inputs of a row are more than the value just above it."""
        above = self.rows[number - 1].path if number else INPUT
        return self.rows[number].inputs != (above,)


def describe(graph: Graph) -> Architecture:
    """The architecture of a graph with shapes."""
    figures = measure_nodes(graph)
    rows = tuple(_row(node, own) for node, own in zip(graph.nodes, figures, strict=True))
    return Architecture(graph.source.name, graph.input_shape, rows, measure(graph).receptive_field)


def _row(node: Node, figures: NodeFigures) -> Row:
    fields = attrs.fields(cast("type[attrs.AttrsInstance]", type(node.spec)))
    return Row(
        path=node.path,
        kind=kind_of(node.spec).name,
        text=render_spec(node.spec),
        arguments=tuple((field.name, getattr(node.spec, field.name)) for field in fields),
        family=family_of(node),
        inputs=node.inputs,
        in_shapes=node.in_shapes,
        out_shape=node.out_shape,
        figures=figures,
        file=node.span.file if node.span else "",
        line=node.span.line if node.span else 0,
        calls=node.calls,
    )


def family_of(node: Node) -> Family:
    """What sort of layer a node is, told from what it does, so that a new kind has its family without a word here."""
    for family, specs in _NAMED.items():
        if isinstance(node.spec, specs):
            return family
    kind = kind_of(node.spec)
    ranks = {len(weight.shape) for weight in kind.weights(node.spec, *node.in_shapes).values()}
    names = {field.name for field in attrs.fields(cast("type[attrs.AttrsInstance]", type(node.spec)))}
    if len(node.in_shapes) > 1:
        return "merge"
    if ranks & {2, 4}:
        return "convolution" if 4 in ranks else "dense"
    if ranks or "eps" in names:
        return "normalisation"
    (before,), after = node.in_shapes, node.out_shape
    if "kernel" in names or prod(before) > prod(after):
        return "pooling"
    return "activation" if before == after and not kind.random else "other"

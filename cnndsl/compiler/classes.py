"""Whether a network gives one score for each class of the images that it is to learn from."""

from __future__ import annotations

from typing import Any

import attrs

from cnndsl.errors import Diagnostic, Repair, Span
from cnndsl.language.edit import set_argument, statements_in
from cnndsl.language.graph import Graph, Node
from cnndsl.language.parse import parse
from cnndsl.language.render import render_spec
from cnndsl.language.syntax import Layer
from cnndsl.layers._fields import spell


def check_classes(graph: Graph, data: str, classes: int) -> tuple[Diagnostic, ...]:
    """D501, about the line that decides the number of outputs, where a graph with shapes has another number of them."""
    shape = graph.nodes[-1].out_shape
    if shape == (classes,):
        return ()
    # The line that decides is the last that changed the shape.
    node = next((node for node in reversed(graph.nodes) if node.in_shapes[0] != node.out_shape), graph.nodes[-1])
    span = node.span or Span(graph.source.name, 1)
    message = f"the last layer gives {spell(shape)} outputs, {data} has {classes} classes"
    hint = f"`FC {classes}`" if len(shape) == 1 else f"end with `Flatten`, `FC {classes}`"
    excerpt = ((span.line, graph.line(span).split("#")[0], ""),)
    repairs = _with_outputs(graph, node, classes) if len(shape) == 1 else ()
    return (Diagnostic("D501", "error", message, span, (hint,), excerpt=excerpt, repairs=repairs),)


def _with_outputs(graph: Graph, node: Node, classes: int) -> tuple[Repair, ...]:
    """The layer with another number of outputs, if that is an argument of it."""
    spec: Any = node.spec
    statements, _ = parse(graph.source)
    line = next((one for one in statements_in(statements) if isinstance(one, Layer) and one.span == node.span), None)
    if line is None or not hasattr(spec, "out"):
        return ()
    edit = set_argument(line, type(spec), "out", str(classes))
    return (Repair(f"`{render_spec(attrs.evolve(spec, out=classes))}`", (edit,)),) if edit else ()

"""Shapes, forward through the graph: one fold that knows no layer."""

from __future__ import annotations

from attrs import evolve, frozen

from cnndsl.errors import Diagnostic, Span
from cnndsl.language.graph import INPUT, Graph, Node, Shape, call_chain
from cnndsl.layers import kind_of
from cnndsl.layers._fields import spell
from cnndsl.layers._kind import ShapeError


@frozen
class Fault:
    """A layer, and why it cannot take what reaches it."""

    node: Node
    error: ShapeError


def infer(graph: Graph) -> Graph:
    """The graph with every node's shapes.

    Raises
    ------
    ShapeError
        A layer cannot take what reaches it.
    """
    shaped, fault = _infer(graph)
    if fault is not None:
        raise fault.error
    return shaped


def check_shapes(graph: Graph) -> tuple[Graph, tuple[Diagnostic, ...]]:
    """The graph with shapes, up to the first layer that cannot take its input, and the diagnostic about that one."""
    shaped, fault = _infer(graph)
    return shaped, () if fault is None else (_diagnose(shaped, fault.node, fault.error),)


def trace(graph: Graph) -> tuple[dict[str, Shape], Fault | None]:
    """The shape at each path, up to the first layer that cannot take its input, and that one."""
    shapes: dict[str, Shape] = {INPUT: graph.input_shape}
    for node in graph.nodes:
        in_shapes = [shapes[path] for path in node.inputs]
        try:
            shapes[node.path] = kind_of(node.spec).out_shape(node.spec, *in_shapes)
        except ShapeError as error:
            return shapes, Fault(node, error)
    return shapes, None


def _infer(graph: Graph) -> tuple[Graph, Fault | None]:
    shapes, fault = trace(graph)
    nodes = tuple(
        evolve(node, in_shapes=tuple(shapes[path] for path in node.inputs), out_shape=shapes[node.path])
        for node in graph.nodes[: len(shapes) - 1]
    )
    return evolve(graph, nodes=nodes), fault


def _diagnose(shaped: Graph, node: Node, error: ShapeError) -> Diagnostic:
    span = node.span or Span(shaped.source.name, 1)
    rows = {span.line: (span.line, shaped.line(span).split("#")[0], error.needs)}
    for producer in shaped.nodes:
        place = producer.span
        if place and producer.path in node.inputs and place.file == span.file:
            row = (place.line, shaped.line(place).split("#")[0], f"-> {spell(producer.out_shape)}")
            rows.setdefault(place.line, row)
    hints = (error.hint,) if error.hint else ()
    notes = (*call_chain(node.calls, span), _story(shaped))
    return Diagnostic(error.code, "error", str(error), span, hints, notes, tuple(sorted(rows.values())))


def _story(shaped: Graph) -> str:
    """``shapes so far: 1x8x8 -> Conv 6x8x8 -> ReLU``; a layer that keeps the shape does not repeat it."""
    steps, last = [spell(shaped.input_shape)], shaped.input_shape
    for node in shaped.nodes:
        name = kind_of(node.spec).name
        steps.append(name if node.out_shape == last else f"{name} {spell(node.out_shape)}")
        last = node.out_shape
    return f"shapes so far: {' -> '.join(steps)}"

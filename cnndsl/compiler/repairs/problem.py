"""A layer that does not fit, and the statements of the file that could be changed for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import attrs
from attrs import evolve, frozen

from cnndsl.compiler.infer import Fault, trace
from cnndsl.errors import Span
from cnndsl.language.edit import statements_in
from cnndsl.language.graph import Graph, Node, Shape
from cnndsl.language.parse import parse
from cnndsl.language.syntax import Layer, Residual
from cnndsl.layers import kind_of

_PRODUCER, _FURTHER = 1.5, 2.0  # added for a layer that feeds the one at fault, for one further up
_STEP = 0.1  # added for each layer further up


@attrs.define(slots=False, eq=False)
class Problem:
    """A graph, its layer at fault, the shapes at the paths above that one, and the statements of the graph's own file.

    ``graph`` is one to try changes on: where ``shortcut=auto`` would take another shape as well, it takes any.
    """

    graph: Graph
    fault: Fault
    shapes: Mapping[str, Shape]
    statements: tuple[Any, ...]

    @cached_property
    def layers(self) -> Mapping[Span, Layer]:
        """The layer lines by place."""
        return {statement.span: statement for statement in self.statements if isinstance(statement, Layer)}

    def line_of(self, node: Node) -> Layer | None:
        """The layer line that a node comes from, if it stands in the graph's own file."""
        return self.layers.get(node.span) if node.span else None

    @cached_property
    def residual(self) -> Residual | None:
        """The residual whose sum is at fault, if that is it."""
        span = self.fault.node.span
        residuals = (statement for statement in self.statements if isinstance(statement, Residual))
        return next((statement for statement in residuals if statement.span == span), None)

    @property
    def in_shapes(self) -> tuple[Shape, ...]:
        """What reaches the layer at fault."""
        return tuple(self.shapes[path] for path in self.fault.node.inputs)

    def reached(self, nodes: tuple[Node, ...]) -> tuple[Node, ...]:
        """Those whose input has a shape."""
        return tuple(node for node in nodes if all(path in self.shapes for path in node.inputs))

    def has_weights(self, node: Node) -> bool:
        """Whether a node that is reached has numbers of its own."""
        if node.path not in self.shapes:  # the one at fault, which takes none of the shapes that it could be asked for
            return hasattr(node.spec, "bias")
        return bool(kind_of(node.spec).weights(node.spec, *(self.shapes[path] for path in node.inputs)))

    def changes_shape(self, node: Node) -> bool:
        """Whether something else comes out of a node than goes in."""
        return self.shapes.get(node.path) != self.shapes[node.inputs[0]]


def find_problem(graph: Graph) -> Problem | None:
    """What is wrong with the shapes of a graph, if something is."""
    _, fault = trace(graph)
    if fault is None:
        return None
    parsed, _ = parse(graph.source)
    statements = tuple(statements_in(parsed))
    lenient = with_any_shortcut(graph, statements, but=fault.node)
    shapes, fault = trace(lenient)
    return None if fault is None else Problem(lenient, fault, shapes, statements)


def with_any_shortcut(graph: Graph, statements: tuple[Any, ...], but: Node) -> Graph:
    """The graph with the body of each ``shortcut=auto`` alone: its shortcut is made to fit whatever comes of it."""
    spans = {statement.span for statement in statements if isinstance(statement, Residual) and statement.arguments}
    joins = {node.path for node in graph.nodes if node.span in spans and len(node.inputs) > 1 and node.path != but.path}
    if not joins:
        return graph
    nodes = (evolve(node, inputs=node.inputs[:1]) if node.path in joins else node for node in graph.nodes)
    kept = (node for node in nodes if node.path in joins or node.span not in spans or node.path == but.path)
    return evolve(graph, nodes=tuple(kept))


@frozen
class Site:
    """A statement, the nodes that come of it (several in a block), and how far above the fault it is (0: at it)."""

    layer: Layer
    nodes: tuple[Node, ...]
    distance: int

    @property
    def price(self) -> float:
        """What is added to the cost of a change here."""
        return (0.0, _PRODUCER)[self.distance] if self.distance < 2 else _FURTHER + _STEP * self.distance

    def there(self) -> str:
        """``the Pool on line 4``."""
        return f"the {kind_of(self.nodes[0].spec).name} on line {self.layer.span.line}"


def sites(problem: Problem) -> Iterator[Site]:
    """The statement at fault and those above that its input comes from, the nearest first."""
    by_path = {node.path: node for node in problem.graph.nodes}
    distances = {problem.fault.node.path: 0}
    queue = [problem.fault.node]
    for node in queue:
        above = [path for path in node.inputs if path in by_path and path not in distances]
        distances |= dict.fromkeys(above, distances[node.path] + 1)
        queue += [by_path[path] for path in dict.fromkeys(above)]
    by_place: dict[Span | None, list[Node]] = {}
    for node in problem.graph.nodes:
        by_place.setdefault(node.span, []).append(node)
    for node in queue:
        same = by_place.pop(node.span, None)
        layer = problem.line_of(node)
        if same and layer:
            yield Site(layer, tuple(same), distances[node.path])

"""No gradient for values that no parameter feeds: above all, none for the images."""

from __future__ import annotations

from attrs import evolve

from cnndsl.language.graph import Graph, Node
from cnndsl.layers import kind_of


def skip_input_gradient(graph: Graph) -> Graph:
    """Mark each node whose inputs depend on no parameter: its ``backward`` may leave out ``dx``."""
    trained: set[str] = set()
    nodes: list[Node] = []
    for node in graph.nodes:
        wants_dx = any(path in trained for path in node.inputs)
        weights = kind_of(node.spec).weights(node.spec, *node.in_shapes).values()
        if wants_dx or any(weight.trained for weight in weights):
            trained.add(node.path)
        nodes.append(evolve(node, wants_dx=wants_dx))
    return evolve(graph, nodes=tuple(nodes))

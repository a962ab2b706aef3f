"""A final ``Softmax`` -> none: the loss takes the scores that reach it, in its stable form."""

from __future__ import annotations

from attrs import evolve

from cnndsl.language.graph import Graph
from cnndsl.layers.softmax import Softmax


def fuse_softmax_loss(graph: Graph) -> Graph:
    """Drop the final Softmax, if there is one behind the layer above it. Every loss has a form for each."""
    last = graph.nodes[-1]
    before = tuple(node.path for node in graph.nodes[-2:-1])
    if not isinstance(last.spec, Softmax) or last.inputs != before:
        return graph
    return evolve(graph, nodes=graph.nodes[:-1])

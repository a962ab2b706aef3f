"""A final ``Softmax`` under cross-entropy -> the stable log-softmax form of the loss on what reaches the Softmax."""

from __future__ import annotations

from attrs import evolve

from cnndsl.language.graph import Graph
from cnndsl.layers.softmax import Softmax


def fuse_softmax_cross_entropy(graph: Graph) -> Graph:
    """Drop the final Softmax, if there is one on a vector, and take the loss of its input instead."""
    last = graph.nodes[-1]
    before = tuple(node.path for node in graph.nodes[-2:-1])
    if graph.loss != "cross_entropy" or not isinstance(last.spec, Softmax) or last.inputs != before:
        return graph
    return evolve(graph, nodes=graph.nodes[:-1], loss="softmax_cross_entropy")

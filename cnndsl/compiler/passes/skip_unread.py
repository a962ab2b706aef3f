"""Layers whose value reaches no output -> nothing."""

from __future__ import annotations

from attrs import evolve

from cnndsl.language.graph import Graph


def skip_unread(graph: Graph) -> Graph:
    """Leave out every layer that neither is the last nor has its value read by one that stays."""
    read = {graph.nodes[-1].path}
    for node in reversed(graph.nodes):
        if node.path in read:
            read.update(node.inputs)
    return evolve(graph, nodes=tuple(node for node in graph.nodes if node.path in read))

"""What passes share: a walk that survives its own rewrites, and the commonest pattern."""

from __future__ import annotations

from collections.abc import Callable

from cnndsl.language.graph import Graph, Node


def rewrite_each(graph: Graph, rule: Callable[[Graph, Node], Graph | None]) -> Graph:
    """Offer every node, in file order, to a rule that returns the graph rewritten there or ``None``."""
    for path in [node.path for node in graph.nodes]:
        node = next((node for node in graph.nodes if node.path == path), None)
        if node is not None:
            graph = rule(graph, node) or graph
    return graph


def follower(graph: Graph, node: Node) -> Node | None:
    """The node right behind, if it takes this node's value and nobody else does."""
    after = graph.nodes.index(node) + 1
    if after == len(graph.nodes):
        return None
    behind = graph.nodes[after]
    return behind if behind.inputs == (node.path,) and graph.users(node.path) == (behind,) else None

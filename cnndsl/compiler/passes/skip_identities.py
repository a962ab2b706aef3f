"""What leaves its input as it is at inference -> nothing: Dropout, Identity, a join of one value."""

from __future__ import annotations

from attrs import evolve

from cnndsl.compiler.passes._match import rewrite_each
from cnndsl.language.graph import Graph, Node
from cnndsl.layers.add import Add
from cnndsl.layers.concat import Concat
from cnndsl.layers.dropout import Dropout
from cnndsl.layers.dropout2d import Dropout2d
from cnndsl.layers.identity import Identity
from cnndsl.layers.multiply import Multiply


def skip_identities(graph: Graph) -> Graph:
    """Leave out every such layer; the last one stays, unless it hands on the value of the layer just above."""
    return rewrite_each(graph, _skip)


def _skip(graph: Graph, node: Node) -> Graph | None:
    if not _is_identity(node):
        return None
    (taken,) = node.inputs
    at = graph.nodes.index(node)
    if at + 1 == len(graph.nodes) and (at == 0 or graph.nodes[at - 1].path != taken):
        return None
    after = (
        evolve(other, inputs=tuple(taken if path == node.path else path for path in other.inputs))
        for other in graph.nodes[at + 1 :]
    )
    return evolve(graph, nodes=(*graph.nodes[:at], *after))


def _is_identity(node: Node) -> bool:
    is_join = isinstance(node.spec, Add | Concat | Multiply) and len(node.inputs) == 1
    return is_join or isinstance(node.spec, Dropout | Dropout2d | Identity)

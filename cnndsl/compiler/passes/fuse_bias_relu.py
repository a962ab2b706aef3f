"""``Conv + b, ReLU`` -> ``Conv, BiasReLU``: one pass over memory instead of two."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from cnndsl.language.graph import Graph, Node
from cnndsl.layers.bias_relu import BiasReLU
from cnndsl.layers.relu import ReLU


def fuse_bias_relu(graph: Graph) -> Graph:
    """Move the bias of every layer that has one into the ReLU behind it, if nothing else reads between them."""
    for path in [node.path for node in graph.nodes]:
        node = graph.node(path)
        users = graph.users(node.path)
        if getattr(node.spec, "bias", False) and len(users) == 1 and isinstance(users[0].spec, ReLU):
            graph = _fuse(graph, node, users[0])
    return graph


def _fuse(graph: Graph, node: Node, relu: Node) -> Graph:
    spec: Any = node.spec
    plain = evolve(node, spec=evolve(spec, bias=False))
    fused = evolve(relu, spec=BiasReLU(), owner=node.owner)
    return graph.replace(node, by=(plain,)).replace(relu, by=(fused,))

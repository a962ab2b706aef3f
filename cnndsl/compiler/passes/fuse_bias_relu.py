"""``Conv + b, ReLU`` -> ``Conv, BiasReLU``: one pass over memory instead of two."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from cnndsl.compiler.passes._match import follower, rewrite_each
from cnndsl.language.graph import Graph, Node
from cnndsl.layers.bias_relu import BiasReLU
from cnndsl.layers.relu import ReLU


def fuse_bias_relu(graph: Graph) -> Graph:
    """Move the bias of every layer that has one into the ReLU behind it."""
    return rewrite_each(graph, _move_bias)


def _move_bias(graph: Graph, node: Node) -> Graph | None:
    spec: Any = node.spec
    behind = follower(graph, node)
    if behind is None or not getattr(spec, "bias", False) or not isinstance(behind.spec, ReLU):
        return None
    plain = evolve(node, spec=evolve(spec, bias=False))
    return graph.replace(node, behind, by=(plain, evolve(behind, spec=BiasReLU(), owner=node.owner)))

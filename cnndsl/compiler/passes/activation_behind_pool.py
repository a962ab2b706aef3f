"""``ReLU, Pool`` -> ``Pool, ReLU``, with or without a bias: the same bits from fewer values.

Rounding is monotone, so adding a number, cutting at zero and multiplying by a positive number commute with a maximum
exactly; an average does not, nor what a library makes of ``exp``. Values that differ but
become equal when the bias is added, or when they are cut, are a tie only in the first form: the gradient may go to
another of the tied maxima then, which is a valid subgradient either way.
"""

from __future__ import annotations

from math import prod

from attrs import evolve

from cnndsl.compiler.passes._match import follower, rewrite_each
from cnndsl.language.graph import Graph, Node
from cnndsl.layers.bias_relu import BiasReLU
from cnndsl.layers.leaky_relu import LeakyReLU
from cnndsl.layers.pool import Pool
from cnndsl.layers.relu import ReLU


def activation_behind_pool(graph: Graph) -> Graph:
    """Swap every monotone activation with a max-pooling right behind it that makes the map smaller."""
    return rewrite_each(graph, _swap)


def _swap(graph: Graph, node: Node) -> Graph | None:
    behind = follower(graph, node)
    if behind is None or not isinstance(node.spec, ReLU | BiasReLU | LeakyReLU) or not _is_maximum(behind.spec):
        return None
    if prod(behind.out_shape) >= prod(node.out_shape):
        return None
    return graph.replace(node, behind, by=(evolve(behind, inputs=node.inputs), evolve(node, inputs=(behind.path,))))


def _is_maximum(spec: object) -> bool:
    return isinstance(spec, Pool) and spec.mode == "max"

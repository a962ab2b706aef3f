"""``ReLU, Pool`` -> ``Pool, ReLU``, with or without a bias: the same bits from fewer values.

Rounding is monotone, so adding a number and cutting at zero commute with a maximum exactly. Values that differ but
become equal when the bias is added, or when they are cut, are a tie only in the first form: the gradient may go to
another of the tied maxima then, which is a valid subgradient either way.
"""

from __future__ import annotations

from math import prod

from attrs import evolve

from cnndsl.language.graph import Graph
from cnndsl.layers.bias_relu import BiasReLU
from cnndsl.layers.pool import Pool
from cnndsl.layers.relu import ReLU


def activation_behind_pool(graph: Graph) -> Graph:
    """Swap every monotone activation with a max-pooling right behind it that makes the map smaller."""
    for path in [node.path for node in graph.nodes]:
        node = graph.node(path)
        users = graph.users(node.path)
        if not (isinstance(node.spec, ReLU | BiasReLU) and len(users) == 1 and isinstance(users[0].spec, Pool)):
            continue
        pool = users[0]
        if graph.nodes.index(pool) == graph.nodes.index(node) + 1 and prod(pool.out_shape) < prod(node.out_shape):
            first = evolve(pool, inputs=node.inputs)
            second = evolve(node, inputs=(pool.path,))
            graph = graph.replace(node, pool, by=(first, second))
    return graph

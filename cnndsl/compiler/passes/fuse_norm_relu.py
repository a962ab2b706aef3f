"""``BatchNorm, ReLU`` -> ``BatchNormReLU``: the passes over memory of one layer instead of two."""

from __future__ import annotations

from attrs import evolve

from cnndsl.compiler.passes._match import follower, rewrite_each
from cnndsl.language.graph import Graph, Node
from cnndsl.layers.batch_norm import BatchNorm
from cnndsl.layers.batch_norm_relu import BatchNormReLU
from cnndsl.layers.relu import ReLU


def fuse_norm_relu(graph: Graph) -> Graph:
    """Make one layer of every batch normalisation with a ReLU right behind it."""
    return rewrite_each(graph, _fuse)


def _fuse(graph: Graph, node: Node) -> Graph | None:
    spec, behind = node.spec, follower(graph, node)
    if behind is None or not isinstance(spec, BatchNorm) or not isinstance(behind.spec, ReLU):
        return None
    fused = BatchNormReLU(momentum=spec.momentum, eps=spec.eps, affine=spec.affine)
    return graph.replace(node, behind, by=(evolve(behind, spec=fused, inputs=node.inputs, owner=node.owner),))

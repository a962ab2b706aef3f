"""``Conv`` whose kernel covers its whole input -> ``CoveringConv``: one plain matrix product."""

from __future__ import annotations

from attrs import evolve

from cnndsl.compiler.passes._match import rewrite_each
from cnndsl.language.graph import Graph, Node
from cnndsl.layers.conv import Conv
from cnndsl.layers.covering_conv import CoveringConv


def covering_conv_as_fc(graph: Graph) -> Graph:
    """Rewrite every convolution without padding, groups or gaps whose kernel is as large as its input."""
    return rewrite_each(graph, _flatten)


def _flatten(graph: Graph, node: Node) -> Graph | None:
    spec = node.spec
    if not isinstance(spec, Conv) or spec.kernel != node.in_shapes[0][1:]:
        return None
    if spec.pad != (0, 0) or spec.dilation != (1, 1) or spec.groups != 1:
        return None
    return graph.replace(node, by=(evolve(node, spec=CoveringConv(spec.out, bias=spec.bias)),))

"""``Conv`` whose kernel covers its whole input -> ``CoveringConv``: one plain matrix product."""

from __future__ import annotations

from attrs import evolve

from cnndsl.language.graph import Graph
from cnndsl.layers.conv import Conv
from cnndsl.layers.covering_conv import CoveringConv


def covering_conv_as_fc(graph: Graph) -> Graph:
    """Rewrite every convolution without padding whose kernel is as large as its input."""
    for node in graph.nodes:
        spec = node.spec
        if isinstance(spec, Conv) and spec.kernel == node.in_shapes[0][1:] and spec.pad == (0, 0):
            graph = graph.replace(node, by=(evolve(node, spec=CoveringConv(spec.out, bias=spec.bias)),))
    return graph

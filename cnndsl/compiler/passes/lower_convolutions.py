"""``Conv``, ``DWConv`` -> ``LoweredConv``: how each convolution is computed, as a plan has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs
from attrs import evolve

from cnndsl.language.graph import Graph, Node
from cnndsl.layers.conv import Conv
from cnndsl.layers.dw_conv import DWConv
from cnndsl.layers.lowered_conv import LoweredConv


def lower_convolutions(lowerings: Mapping[str, str]) -> Callable[[Graph], Graph]:
    """The pass that gives each convolution at a path the lowering that stands there; the others stay as they are."""

    def lowered(node: Node) -> Node:
        spec, lowering = node.spec, lowerings.get(node.path)
        if lowering is None or not isinstance(spec, Conv | DWConv):
            return node
        return evolve(node, spec=LoweredConv(**fields_of(spec, node.in_shapes[0][0]), lowering=lowering))

    def lower_convolutions(graph: Graph) -> Graph:
        return evolve(graph, nodes=tuple(map(lowered, graph.nodes)))

    return lower_convolutions


def fields_of(spec: Any, channels: int) -> dict[str, Any]:
    """The fields of the ``Conv`` that a convolution of so many channels is."""
    own = attrs.asdict(spec, recurse=False)
    own.pop("lowering", None)
    return {**own, "out": channels * own.pop("multiplier"), "groups": channels} if "multiplier" in own else own

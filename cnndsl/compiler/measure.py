"""What a network costs and sees: parameters, multiply-adds, receptive field. Verbs over specs."""

from __future__ import annotations

from functools import singledispatch
from math import prod
from typing import Any

from attrs import frozen

from cnndsl.language.graph import INPUT, Graph, Node, Shape
from cnndsl.layers import kind_of
from cnndsl.layers.conv import Conv
from cnndsl.layers.fc import FC
from cnndsl.layers.pool import Pool


@frozen
class Figures:
    """Of one image: trained parameters, multiply-adds (MACs) of a forward pass, receptive field in input pixels.

    The receptive field is that of the last layer on a map, along the height, longest path; a fully connected layer
    sees everything and does not count.
    """

    parameters: int
    macs: int
    receptive_field: int

    def __str__(self) -> str:
        return f"{self.parameters:,} parameters, {self.macs:,} MACs, receptive field {self.receptive_field}"


def measure(graph: Graph) -> Figures:
    """The figures of a graph with shapes."""
    return Figures(
        sum(parameters(node) for node in graph.nodes),
        sum(_macs(node.spec, node.in_shapes[0], node.out_shape) for node in graph.nodes),
        _receptive_field(graph),
    )


def parameters(node: Node) -> int:
    """Trained numbers of a node with shapes."""
    weights = kind_of(node.spec).weights(node.spec, *node.in_shapes)
    return sum(prod(weight.shape) for weight in weights.values() if weight.trained)


@singledispatch
def _macs(_spec: Any, _in_shape: Shape, _out_shape: Shape) -> int:
    return 0


@_macs.register
def _(spec: Conv, in_shape: Shape, out_shape: Shape) -> int:
    return prod(out_shape) * in_shape[0] * prod(spec.kernel)


@_macs.register
def _(_spec: FC, in_shape: Shape, out_shape: Shape) -> int:
    return prod(in_shape) * prod(out_shape)


@singledispatch
def _window(_spec: Any) -> tuple[int, int]:
    """Kernel and stride along the height."""
    return 1, 1


@_window.register(Conv)
@_window.register(Pool)
def _(spec: Conv | Pool) -> tuple[int, int]:
    return spec.kernel[0], spec.stride[0]


def _receptive_field(graph: Graph) -> int:
    """Araujo, Norris and Sim, "Computing receptive fields of convolutional neural networks", Distill, 2019."""
    seen = {INPUT: (1, 1)}  # field and jump, both in input pixels
    for node in graph.nodes:
        field, jump = max(seen[path] for path in node.inputs)
        kernel, stride = _window(node.spec)
        seen[node.path] = field + (kernel - 1) * jump, jump * stride
    return max(field for field, _ in seen.values())

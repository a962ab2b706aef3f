"""What a network costs and sees: parameters, multiply-adds, receptive field, depth. Verbs over specs."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import TYPE_CHECKING, Any

from attrs import frozen

from cnndsl.language.graph import INPUT, Graph, Node, Shape
from cnndsl.layers import kind_of
from cnndsl.layers._window import reach_of

if TYPE_CHECKING:
    from cnndsl.layers.avg_pool import AvgPool
    from cnndsl.layers.conv import Conv
    from cnndsl.layers.conv_transpose import ConvTranspose
    from cnndsl.layers.dw_conv import DWConv
    from cnndsl.layers.fc import FC
    from cnndsl.layers.pool import Pool
    from cnndsl.layers.upsample import Upsample

_FLOAT32 = 4  # bytes


@frozen
class Figures:
    """Of one image: trained parameters, multiply-adds (MACs) of a forward pass, receptive field in input pixels.

    Convolutions and fully connected layers have multiply-adds, everything else is not counted. The receptive field is
    that of the last layer on a map, along the height, longest path; a fully connected layer or a global pooling sees
    everything and does not count.
    """

    parameters: int
    macs: int
    receptive_field: int

    def __str__(self) -> str:
        return f"{self.parameters:,} parameters, {self.macs:,} MACs, receptive field {self.receptive_field}"


@frozen
class NodeFigures:
    """The same of one node: what it adds, the bytes of its output in single precision, the receptive field there."""

    path: str
    parameters: int
    macs: int
    activation_bytes: int
    receptive_field: int


def measure(graph: Graph) -> Figures:
    """The figures of a graph with shapes."""
    return Figures(
        sum(parameters(node) for node in graph.nodes),
        sum(macs(node) for node in graph.nodes),
        max(field for field, _ in receptive_fields(graph).values()),
    )


def measure_nodes(graph: Graph) -> tuple[NodeFigures, ...]:
    """The figures of each node of a graph with shapes, in file order."""
    fields = receptive_fields(graph)
    return tuple(
        NodeFigures(node.path, parameters(node), macs(node), _FLOAT32 * prod(node.out_shape), fields[node.path][0])
        for node in graph.nodes
    )


def parameters(node: Node) -> int:
    """Trained numbers of a node with shapes."""
    weights = kind_of(node.spec).weights(node.spec, *node.in_shapes)
    return sum(prod(weight.shape) for weight in weights.values() if weight.trained)


def macs(node: Node) -> int:
    """Multiply-adds of a node with shapes, for one image."""
    count = _MACS.get(kind_of(node.spec).name)
    return count(node.spec, node.in_shapes[0], node.out_shape) if count else 0


def _of_conv(spec: Conv, in_shape: Shape, out_shape: Shape) -> int:
    return prod(out_shape) * in_shape[0] // spec.groups * prod(spec.kernel)


def _of_dw_conv(spec: DWConv, _in_shape: Shape, out_shape: Shape) -> int:
    return prod(out_shape) * prod(spec.kernel)


def _of_conv_transpose(spec: ConvTranspose, in_shape: Shape, _out_shape: Shape) -> int:
    return prod(in_shape) * spec.out * prod(spec.kernel)


def _of_fc(_spec: FC, in_shape: Shape, out_shape: Shape) -> int:
    return prod(in_shape) * prod(out_shape)


# By name: a table by class would import every kind for a file that has three.
_MACS: dict[str, Callable[[Any, Shape, Shape], int]] = {
    "Conv": _of_conv,
    "DWConv": _of_dw_conv,
    "ConvTranspose": _of_conv_transpose,
    "FC": _of_fc,
}


def depth(graph: Graph) -> int:
    """Layers with multiply-adds on the longest path: what the 8 in ResNet-8 counts."""
    depths = {INPUT: 0}
    for node in graph.nodes:
        depths[node.path] = max(depths[path] for path in node.inputs) + (macs(node) > 0)
    return max(depths.values())


def receptive_fields(graph: Graph) -> dict[str, tuple[int, int]]:
    """By path, ``@input`` included: the receptive field, and how far two neighbours of the map lie apart.

    Both in input pixels, along the height, rounded up where a map was made larger (Araujo, Norris and Sim, "Computing
    receptive fields of convolutional neural networks", Distill, 2019).
    """
    sights = {node.path: _sight(node.spec) for node in graph.nodes}
    pixel = prod(finer for _, _, finer in sights.values())  # in parts that come out whole whatever the path
    seen = {INPUT: (pixel, pixel)}
    for node in graph.nodes:
        # Of several inputs the one that sees most.
        field, jump = max(seen[path] for path in node.inputs)
        rows, step, finer = sights[node.path]
        seen[node.path] = field + (rows - 1) * jump, jump * step // finer
    return {path: (-(-field // pixel), -(-jump // pixel)) for path, (field, jump) in seen.items()}


def _sight(spec: object) -> tuple[int, int, int]:
    """How many rows of the input a row of the output sees; its step in them; how many times more rows there are."""
    look = _SIGHTS.get(kind_of(spec).name)
    return look(spec) if look else (1, 1, 1)


def _through_conv(spec: Conv) -> tuple[int, int, int]:
    return reach_of(spec.kernel, spec.dilation)[0], spec.stride[0], 1


def _through_window(spec: DWConv | Pool | AvgPool) -> tuple[int, int, int]:
    return spec.kernel[0], spec.stride[0], 1


def _through_conv_transpose(spec: ConvTranspose) -> tuple[int, int, int]:
    return -(-spec.kernel[0] // spec.stride[0]), 1, spec.stride[0]


def _through_upsample(spec: Upsample) -> tuple[int, int, int]:
    return 1 if spec.mode == "nearest" or spec.factor[0] == 1 else 2, 1, spec.factor[0]


_SIGHTS: dict[str, Callable[[Any], tuple[int, int, int]]] = {
    "Conv": _through_conv,
    "DWConv": _through_window,
    "Pool": _through_window,
    "AvgPool": _through_window,
    "ConvTranspose": _through_conv_transpose,
    "Upsample": _through_upsample,
}

"""The arithmetic of one layer in its place, in words that a student follows: rows of ``(what, how it comes about)``.

What a kind has to say of its own is a verb over specs; without one, all is told from its shapes, weights and figures.
"""

from __future__ import annotations

from functools import singledispatch
from math import prod
from typing import Any

import attrs

from cnndsl.compiler.measure import macs, receptive_fields
from cnndsl.language.graph import INPUT, Graph, Node, Shape
from cnndsl.layers import kind_of
from cnndsl.layers._fields import spell
from cnndsl.layers._kind import Weight
from cnndsl.layers.concat import Concat
from cnndsl.layers.conv import Conv
from cnndsl.layers.conv_transpose import ConvTranspose
from cnndsl.layers.dw_conv import DWConv
from cnndsl.layers.fc import FC
from cnndsl.layers.flatten import Flatten
from cnndsl.layers.global_avg_pool import GlobalAvgPool
from cnndsl.layers.global_max_pool import GlobalMaxPool
from cnndsl.layers.pad import Pad
from cnndsl.layers.upsample import Upsample

Row = tuple[str, str]
_DIRECTIONS = ("height", "width")
_TAKES_ALL = (FC, GlobalAvgPool, GlobalMaxPool)


def arithmetic(graph: Graph, node: Node) -> tuple[Row, ...]:
    """Input, output, parameters, multiply-adds and receptive field of a node of a graph with shapes."""
    return (
        *incoming(graph, node.inputs, node.in_shapes),
        *_sizes(node.spec, node.out_shape, *node.in_shapes),
        ("output", spell(node.out_shape)),
        *_weights(node),
        ("multiply-adds", _products(node)),
        *_sight(graph, node),
    )


def incoming(graph: Graph, paths: tuple[str, ...], shapes: tuple[Shape, ...]) -> tuple[Row, ...]:
    """Where the inputs of a layer come from."""
    return tuple(
        ("input", f"{spell(shape)}, {_origin(graph, path)}") for path, shape in zip(paths, shapes, strict=True)
    )


def _origin(graph: Graph, path: str) -> str:
    if path == INPUT:
        return "the image"
    span = next(node.span for node in graph.nodes if node.path == path)
    return f"from {path} on line {span.line}" if span else f"from {path}"


@singledispatch
def _sizes(spec: Any, out_shape: Shape, *in_shapes: Shape) -> tuple[Row, ...]:
    """How the output's shape comes about: by the formula of a window, where the layer has one."""
    if {"kernel", "stride", "pad"} <= {field.name for field in attrs.fields(type(spec))}:
        return _window(spec, out_shape, in_shapes[0])
    return (("shape", "stays as it is"),) if set(in_shapes) == {out_shape} else ()


@_sizes.register
def _(spec: Conv, out_shape: Shape, in_shape: Shape) -> tuple[Row, ...]:
    each = (
        "" if spec.groups == 1 else f", each over {in_shape[0]}/{spec.groups} = {in_shape[0] // spec.groups} channels"
    )
    return ("channels", f"{spec.out}, one for each filter{each}"), *_window(spec, out_shape, in_shape)


@_sizes.register
def _(spec: DWConv, out_shape: Shape, in_shape: Shape) -> tuple[Row, ...]:
    filters = f"{in_shape[0]}*{spec.multiplier} = {out_shape[0]}, {_count(spec.multiplier, 'filter')} for each channel"
    return ("channels", filters), *_window(spec, out_shape, in_shape)


@_sizes.register
def _(spec: ConvTranspose, out_shape: Shape, in_shape: Shape) -> tuple[Row, ...]:
    rows = (
        (name, f"({size} - 1)*{stride} - 2*{pad} + {kernel} + {more} = {out}")
        for name, size, stride, pad, kernel, more, out in zip(
            _DIRECTIONS, in_shape[1:], spec.stride, spec.pad, spec.kernel, spec.output_pad, out_shape[1:], strict=True
        )
    )
    return ("channels", f"{spec.out}, as the line says"), *rows


@_sizes.register
def _(_spec: Flatten, out_shape: Shape, in_shape: Shape) -> tuple[Row, ...]:
    return (("length", _product(in_shape, prod(out_shape))),)


@_sizes.register
def _(spec: FC, _out_shape: Shape, in_shape: Shape) -> tuple[Row, ...]:
    flattened = (("flattened", _product(in_shape, prod(in_shape))),) if len(in_shape) > 1 else ()
    return *flattened, ("length", f"{spec.out}, as the line says")


@_sizes.register
def _(spec: Upsample, out_shape: Shape, in_shape: Shape) -> tuple[Row, ...]:
    whole = zip(_DIRECTIONS, in_shape[1:], spec.factor, out_shape[1:], strict=True)
    return tuple((name, f"{size} * {factor} = {out}") for name, size, factor, out in whole)


@_sizes.register
def _(spec: Pad, out_shape: Shape, in_shape: Shape) -> tuple[Row, ...]:
    whole = zip(_DIRECTIONS, in_shape[1:], spec.pad, out_shape[1:], strict=True)
    return tuple((name, f"{size} + 2*{pad} = {out}") for name, size, pad, out in whole)


@_sizes.register
def _(_spec: Concat, out_shape: Shape, *in_shapes: Shape) -> tuple[Row, ...]:
    total = " + ".join(str(shape[0]) for shape in in_shapes)
    return (("channels" if len(out_shape) == 3 else "length", f"{total} = {out_shape[0]}"),)


def _window(spec: Any, out_shape: Shape, in_shape: Shape) -> tuple[Row, ...]:
    dilation = getattr(spec, "dilation", (1, 1))
    reach = tuple(gap * (kernel - 1) + 1 for gap, kernel in zip(dilation, spec.kernel, strict=True))
    rows = [("reach", f"with its gaps the kernel covers {spell(reach)}")] if reach != spec.kernel else []
    if spec.pad == "same":
        told = [f"ceil({size}/{stride})" for size, stride in zip(in_shape[1:], spec.stride, strict=True)]
        rows.append(("window", "with pad=same the size is divided by the stride, and rounded up"))
    else:
        whole = zip(in_shape[1:], spec.pad, reach, spec.stride, out_shape[1:], strict=True)
        told = [_steps(*each, rounding="ceil" if getattr(spec, "ceil", False) else "floor") for each in whole]
        rows.append(("window", "size + 2*pad - kernel is its way, in steps of the stride, and 1 where it starts"))
    return *rows, *((name, f"{text} = {out}") for name, text, out in zip(_DIRECTIONS, told, out_shape[1:], strict=True))


def _steps(size: int, pad: int, kernel: int, stride: int, out: int, *, rounding: str) -> str:
    """The formula filled in; a last window that would begin behind the map is taken off again."""
    way = size + 2 * pad - kernel
    too_many = rounding == "ceil" and -(-way // stride) + 1 > out
    return f"{rounding}(({size} + 2*{pad} - {kernel})/{stride}) + 1{' - 1' if too_many else ''}"


def _weights(node: Node) -> tuple[Row, ...]:
    """Parameters, and what else the layer keeps."""
    weights = kind_of(node.spec).weights(node.spec, *node.in_shapes)
    trained = {name: weight for name, weight in weights.items() if weight.trained}
    kept = {name: weight for name, weight in weights.items() if not weight.trained}
    rows = [("parameters", _sum(trained) if trained else "none")]
    return tuple([*rows, ("kept", f"{_sum(kept)}, updated but not trained")] if kept else rows)


def _sum(weights: dict[str, Weight]) -> str:
    """``6 x 1 x 5 x 5 + 6 = 156 (W + b)``."""
    total = sum(prod(weight.shape) for weight in weights.values())
    terms = " + ".join(_times(weight.shape) for weight in weights.values())
    names = " + ".join(weights)
    return f"{terms} ({names})" if terms == str(total) else f"{terms} = {total:,} ({names})"


def _products(node: Node) -> str:
    """What is multiplied with what, where that is all there is to the number."""
    total = macs(node)
    weights = kind_of(node.spec).weights(node.spec, *node.in_shapes)
    filters = weights["W"].shape[1:] if "W" in weights else ()
    if filters and prod(node.out_shape) * prod(filters) == total:
        return f"{_times(node.out_shape)} outputs, each from {_times(filters)} inputs = {total:,}"
    if filters and prod(node.in_shapes[0]) * prod(filters) == total:
        return f"{_times(node.in_shapes[0])} inputs, each into {_times(filters)} outputs = {total:,}"
    return f"{total:,}" if total else "none"


def _times(shape: Shape) -> str:
    return " x ".join(map(str, shape))


def _product(shape: Shape, total: int) -> str:
    return f"{_times(shape)} = {total:,}"


def _sight(graph: Graph, node: Node) -> tuple[Row, ...]:
    """The receptive field, and how it grew."""
    if _sees_all(graph, node):
        return (("sees", "the whole image: all of a map has come together, here or above"),)
    fields = receptive_fields(graph)
    (before, step), (after, wider) = max(fields[path] for path in node.inputs), fields[node.path]
    more = (after - before) // step
    rows = [("sees", f"{after} pixels of the image")]
    if more and before + more * step == after:  # fields between pixels, as behind an Upsample, are rounded up
        apart = f"{_count(step, 'pixel')} of the image apart"
        rows = [
            ("sees", f"{before} + {more}*{step} = {after} pixels of the image"),
            ("", f"the window takes in {_count(more, 'neighbour')} more, {apart}"),
        ]
    if wider > step:
        rows.append(
            ("", f"by its stride of {wider // step}, neighbours are {_count(wider, 'pixel')} apart from here on")
        )
    return tuple(rows)


def _sees_all(graph: Graph, node: Node) -> bool:
    """Whether the layer is behind one that takes in all of its map, or is one."""
    nodes = {other.path: other for other in graph.nodes}
    above, seen = [node.path], set[str]()
    while above:
        path = above.pop()
        if path not in nodes or path in seen:
            continue
        if isinstance(nodes[path].spec, _TAKES_ALL):
            return True
        seen.add(path)
        above += nodes[path].inputs
    return False


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"

"""Advice about layers that are legal and may still surprise. A verb over specs: one function a layer that has any.

What shows only in how layers follow each other is in :mod:`cnndsl.compiler.advise_network`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod
from typing import TYPE_CHECKING, Any

from cnndsl.errors import Diagnostic, Severity, Span
from cnndsl.language.graph import Graph, Node, Shape, call_chain
from cnndsl.language.render import short
from cnndsl.layers import kind_of
from cnndsl.layers._fields import Pair, spell
from cnndsl.layers._window import Window, reach_of, window_of

if TYPE_CHECKING:
    from cnndsl.layers.avg_pool import AvgPool
    from cnndsl.layers.conv import Conv
    from cnndsl.layers.dw_conv import DWConv
    from cnndsl.layers.fc import FC
    from cnndsl.layers.pool import Pool

Advice = tuple[str, Severity, str, str]  # code, severity, message, hint


def advise(graph: Graph) -> tuple[Diagnostic, ...]:
    """The advice on each layer of a graph with shapes, in file order."""
    return tuple(place(graph, node, given) for node in graph.nodes for given in _advice(node.spec, *node.in_shapes))


def place(graph: Graph, node: Node, advice: Advice) -> Diagnostic:
    """Advice as a diagnostic about the line of a node."""
    code, severity, message, hint = advice
    span = node.span or Span(graph.source.name, 1)
    excerpt = ((span.line, graph.line(span).split("#")[0], ""),)
    return Diagnostic(code, severity, message, span, (hint,), call_chain(node.calls, span), excerpt)


def _advice(spec: object, *in_shapes: Shape) -> Iterator[Advice]:
    look = _LOOKS.get(kind_of(spec).name)
    return look(spec, *in_shapes) if look else iter(())


def _on_fc(_spec: FC, shape: Shape) -> Iterator[Advice]:
    if len(shape) > 1:
        message = f"Flatten inserted before FC ({spell(shape)} -> {prod(shape)})"
        yield "S208", "note", message, "write `Flatten` above the FC"


def _on_conv(spec: Conv, shape: Shape) -> Iterator[Advice]:
    yield from _padding(spec, shape, reach_of(spec.kernel, spec.dilation))


def _on_dw_conv(spec: DWConv, shape: Shape) -> Iterator[Advice]:
    yield from _padding(spec, shape, spec.kernel)


def _on_pool(spec: Pool | AvgPool, shape: Shape) -> Iterator[Advice]:
    yield from _padding(spec, shape, spec.kernel)
    name, size = type(spec).__name__, (shape[1], shape[2])
    window = window_of(spec, size, ceil=spec.ceil)
    lost = _per_side(_lost, window)
    if any(lost):
        message = f"{name} {spell(spec.kernel)} on {spell(size)} drops the last {_lines(*lost)} of the map"
        yield "S205", "note", message, "`ceil=true` or `pad=` keeps them, where they matter"
    elif not spec.ceil and spec.pad != "same":
        up = window_of(spec, size, ceil=True)
        if up.out != window.out:
            side = 0 if up.out[0] != window.out[0] else 1
            rounding = f"floor(({size[side]} + 2*{spec.pad[side]} - {spec.kernel[side]})/{spec.stride[side]}) + 1"
            message = f"rounding: {rounding} = {window.out[side]}; Caffe would give {up.out[side]}"
            yield "S206", "note", message, "`ceil=true` copies Caffe"


def _padding(spec: Conv | DWConv | Pool | AvgPool, shape: Shape, reach: Pair) -> Iterator[Advice]:
    """What may surprise in the zeros around a map."""
    if spec.pad != "same":
        if spec.pad[0] >= reach[0] or spec.pad[1] >= reach[1]:
            usual = short(((reach[0] - 1) // 2, (reach[1] - 1) // 2))
            message = f"pad {short(spec.pad)} >= kernel {short(reach)}: whole windows see only zeros"
            yield "A108", "warning", message, f"usual: pad {usual}"
        return
    window = window_of(spec, (shape[1], shape[2]), getattr(spec, "dilation", (1, 1)))
    if any(_per_side(_leans, window)):
        message = f"`pad=same` with kernel {short(spec.kernel)} pads 1 more at the bottom or right"
        yield "S210", "note", message, "as TensorFlow and ONNX do; an odd kernel is padded evenly"


def _per_side(rule: Any, window: Window) -> Pair:
    height, width = map(rule, window.size, window.out, window.kernel, window.stride, window.pad)
    return height, width


def _lost(size: int, out: int, kernel: int, stride: int, pad: int) -> int:
    """Lines of the map itself, not of its padding, that no window reaches at the end."""
    return max(0, size + pad - ((out - 1) * stride + kernel))


def _leans(size: int, out: int, kernel: int, stride: int, pad: int) -> int:
    """Whether a window of an even kernel, which has no centre, needs more zeros behind the map than before it."""
    behind = (out - 1) * stride + kernel - size - pad
    return int(kernel % 2 == 0 and behind > pad)


def _lines(rows: int, columns: int) -> str:
    """``row and column``, ``2 rows and 2 columns``."""
    parts = [
        name if number == 1 else f"{number} {name}s" for number, name in ((rows, "row"), (columns, "column")) if number
    ]
    return " and ".join(parts)


# By name: a table by class would import every kind for a file that has three.
_LOOKS: dict[str, Callable[..., Iterator[Advice]]] = {
    "FC": _on_fc,
    "Conv": _on_conv,
    "DWConv": _on_dw_conv,
    "Pool": _on_pool,
    "AvgPool": _on_pool,
}

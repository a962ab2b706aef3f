"""Notes about layers that are legal and may still surprise. A verb over specs: one function a layer that has any."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from cnndsl.errors import Diagnostic, Severity, Span
from cnndsl.language.graph import Graph, Node, Shape, call_chain
from cnndsl.layers._fields import spell
from cnndsl.layers._window import window_of
from cnndsl.layers.fc import FC
from cnndsl.layers.pool import Pool

Advice = tuple[str, Severity, str, str]  # code, severity, message, hint


def advise(graph: Graph) -> tuple[Diagnostic, ...]:
    """The notes on a graph with shapes, in file order."""
    return tuple(_place(graph, node, given) for node in graph.nodes if (given := _advice(node.spec, *node.in_shapes)))


@singledispatch
def _advice(_spec: Any, *_in_shapes: Shape) -> Advice | None:
    return None


@_advice.register
def _(_spec: FC, shape: Shape) -> Advice | None:
    if len(shape) == 1:
        return None
    features = shape[0] * shape[1] * shape[2]
    return "S208", "note", f"Flatten inserted before FC ({spell(shape)} -> {features})", "write `Flatten` above the FC"


@_advice.register
def _(spec: Pool, shape: Shape) -> Advice | None:
    window = window_of(spec, (shape[1], shape[2]), ceil=spec.ceil)
    lost = list(map(_lost, window.size, window.out, window.kernel, window.stride, window.pad))
    if not any(lost):
        return None
    message = f"Pool {spell(spec.kernel)} on {spell(shape[1:])} drops the last {_lines(*lost)} of the map"
    return "S205", "note", message, "`pad=` keeps them, where they matter"


def _lines(rows: int, columns: int) -> str:
    """``row and column``, ``2 rows and 2 columns``."""
    parts = [
        name if number == 1 else f"{number} {name}s" for number, name in ((rows, "row"), (columns, "column")) if number
    ]
    return " and ".join(parts)


def _lost(size: int, out: int, kernel: int, stride: int, pad: int) -> int:
    """Lines of the map itself, not of its padding, that no window reaches at the end."""
    return max(0, size + pad - ((out - 1) * stride + kernel))


def _place(graph: Graph, node: Node, advice: Advice) -> Diagnostic:
    code, severity, message, hint = advice
    span = node.span or Span(graph.source.name, 1)
    excerpt = ((span.line, graph.line(span).split("#")[0], ""),)
    return Diagnostic(code, severity, message, span, (hint,), call_chain(node.calls, span), excerpt)

"""Networks to be shown, made of nodes: with blocks, residuals, branches and taps."""

from __future__ import annotations

import re
from typing import Any

from attrs import evolve

from cnndsl.compiler.infer import infer
from cnndsl.errors import Span
from cnndsl.language import Graph, Source
from cnndsl.language.graph import INPUT, Node, Shape
from cnndsl.layers import find_kind
from cnndsl.report.architecture import Architecture, describe

FILE = "net.txt"


def printed(text: str) -> str:
    """The text with shapes as printers set them."""
    return re.sub(r"(?<=\d)x(?=\d)", "\N{MULTIPLICATION SIGN}", text)


def spec(name: str, *values: Any, **named: Any) -> Any:
    """The spec of a layer by its name."""
    kind = find_kind(name)
    assert kind is not None
    names = [field.name for field in kind.spec.__attrs_attrs__]
    return kind.spec(**dict(zip(names, values, strict=False)), **named)


def network(input_shape: Shape, *nodes: tuple[Any, ...], name: str = FILE) -> Graph:
    """A graph with shapes, of ``(path, spec)`` or ``(path, spec, inputs)``; without inputs, of the value above."""
    made: list[Node] = []
    for line, (path, own, *inputs) in enumerate(nodes, 1):
        last = made[-1].path if made else INPUT
        made.append(Node(path, own, tuple(inputs[0]) if inputs else (last,), Span(name, line)))
    return infer(Graph(tuple(made), Source(name, ""), input_shape))


def plain() -> Graph:
    """The seed's network."""
    return network(
        (1, 28, 28),
        ("Conv.0", spec("Conv", 6, 5, 1, 2)),
        ("ReLU.0", spec("ReLU")),
        ("Pool.0", spec("Pool", 2)),
        ("Flatten.0", spec("Flatten")),
        ("logits", spec("FC", 10)),
        ("Softmax.0", spec("Softmax")),
    )


def residual() -> Graph:
    """A residual with the identity in blocks, and one with a shortcut of its own."""
    conv = spec("Conv", 8, 3, 1, 1, bias=False)
    return network(
        (3, 32, 32),
        ("stem", conv),
        ("stage1/0/Basic.0/Conv.0", conv),
        ("stage1/0/Basic.0/BatchNorm.0", spec("BatchNorm")),
        ("stage1/0/Basic.0/Add.0", spec("Add"), ("stage1/0/Basic.0/BatchNorm.0", "stem")),
        ("stage1/0/ReLU.0", spec("ReLU")),
        ("stage2/Conv.0", spec("Conv", 16, 3, 2, 1, bias=False)),
        ("stage2/ReLU.0", spec("ReLU")),
        ("stage2/Conv.1", spec("Conv", 16, 3, 1, 1, bias=False)),
        ("stage2/shortcut/Conv.0", spec("Conv", 16, 1, 2, bias=False), ("stage1/0/ReLU.0",)),
        ("stage2/shortcut/BatchNorm.0", spec("BatchNorm")),
        ("stage2/Add.0", spec("Add"), ("stage2/Conv.1", "stage2/shortcut/BatchNorm.0")),
        ("GlobalAvgPool.0", spec("GlobalAvgPool")),
        ("FC.0", spec("FC", 10)),
    )


def branches() -> Graph:
    """Three branches, one of them empty."""
    return network(
        (2, 8, 8),
        ("Conv.0", spec("Conv", 4, 1)),
        ("mix/path.0/Conv.0", spec("Conv", 4, 1)),
        ("mix/path.1/Conv.0", spec("Conv", 4, 3, 1, 1), ("Conv.0",)),
        ("mix/path.1/ReLU.0", spec("ReLU")),
        ("mix/Concat.0", spec("Concat"), ("mix/path.0/Conv.0", "mix/path.1/ReLU.0", "Conv.0")),
        ("Dropout.0", spec("Dropout", 0.25)),
    )


def taps() -> Graph:
    """Long skips, one inside the other, to a value of another size."""
    return network(
        (1, 16, 16),
        ("one", spec("Conv", 4, 3, 1, 1)),
        ("Pool.0", spec("Pool", 2)),
        ("two", spec("Conv", 8, 3, 1, 1)),
        ("Pool.1", spec("Pool", 2)),
        ("Conv.0", spec("Conv", 16, 3, 1, 1)),
        ("Upsample.0", spec("Upsample", 2)),
        ("Concat.0", spec("Concat"), ("Upsample.0", "two")),
        ("Upsample.1", spec("Upsample", 2)),
        ("Concat.1", spec("Concat"), ("Upsample.1", "one")),
        ("Conv.1", spec("Conv", 1, 1)),
    )


NETWORKS = {"plain": plain, "residual": residual, "branches": branches, "taps": taps}


def hostile(path: str) -> Architecture:
    """A network whose names are whatever a reader of the picture must not take for anything else."""
    shown = describe(plain())
    rows = tuple(
        evolve(row, path=f"{path}/{row.path}{path}", inputs=tuple(f"{path}/{name}{path}" for name in row.inputs))
        if at
        else evolve(row, path=f"{path}/{row.path}{path}")
        for at, row in enumerate(shown.rows)
    )
    return evolve(shown, file=path, rows=rows)

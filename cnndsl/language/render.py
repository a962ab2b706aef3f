"""Graphs back to text, in one canonical form: flat, a line a layer, without blocks, loops and variables.

What is printed parses to the same graph, paths included: a network written out has the parameters of the one it is made
of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, cast

import attrs

from cnndsl.language.graph import INPUT, Graph, Node, call_steps
from cnndsl.language.inputs import FROM
from cnndsl.language.text import write_section
from cnndsl.layers import kind_of
from cnndsl.layers._fields import spell

_COLUMN = 60  # of comments, where the line is not longer


def render(graph: Graph, *, provenance: bool = False) -> str:
    """The canonical text of a graph; with ``provenance``, a comment behind each layer says what it comes from.

    A layer has a label where its path is not the automatic one, or where a line below refers to it.

    Raises
    ------
    ValueError
        The graph is not whole (see ``needs_shape``), or holds layers that only rewrites make.
    """
    check_whole(graph)
    head = ["version 1", *([f"input {spell(graph.input_shape)}"] if graph.input_shape else [])]
    lines = list(_layer_lines(graph))
    if provenance:
        lines = [f"{line:<{_COLUMN}}  # {_origin(graph, node)}" for line, node in zip(lines, graph.nodes, strict=True)]
    parts = [head, lines, *map(write_section, graph.sections)]
    return "\n".join("".join(f"{line}\n" for line in part) for part in parts if part)


def render_spec(spec: object, inputs: tuple[str, ...] = ()) -> str:
    """A layer line: positional arguments up to the last that differs from its default, then the named ones.

    ``inputs`` are labels to be joined, behind the positional arguments.
    """
    fields: tuple[attrs.Attribute[Any], ...] = attrs.fields(cast("type[attrs.AttrsInstance]", type(spec)))
    values = [(field, getattr(spec, field.name)) for field in fields]
    positional = [(value, value != _default(spec, field)) for field, value in values if not field.kw_only]
    named_only = [(field, value) for field, value in values if field.kw_only]
    while positional and not positional[-1][1]:
        positional.pop()
    named = [f"{field.name}={short(value)}" for field, value in named_only if value != _default(spec, field)]
    return " ".join([kind_of(spec).name, *(short(value) for value, _ in positional), *inputs, *named])


def check_whole(graph: Graph) -> None:
    """``ValueError`` unless a graph says all that there is to say, in terms of the language."""
    if graph.needs_shape:
        raise ValueError(f"{graph.needs_shape}: what follows depends on the shape of the input, which is not known")
    internal = [node.path for node in graph.nodes if kind_of(node.spec).internal]
    if internal:
        raise ValueError(f"made by rewrites, and without a name in the language: {', '.join(internal)}")


def _layer_lines(graph: Graph) -> Iterator[str]:
    referred = {path for node, above in _with_above(graph) for path in _references(node, above)}
    counts: Counter[str] = Counter()
    for node, above in _with_above(graph):
        name = kind_of(node.spec).name
        automatic = f"{name}.{counts[name]}"
        counts[name] += 1
        first, *others = node.inputs
        line = render_spec(node.spec, tuple(map(_reference, others)))
        label = f"{node.path}: " if node.path != automatic or node.path in referred else ""
        yield f"{label}{line}{f' {FROM}={_reference(first)}' if first != above else ''}"


def _with_above(graph: Graph) -> Iterator[tuple[Node, str]]:
    """Each node, and the path of the one above it."""
    yield from zip(graph.nodes, (INPUT, *(node.path for node in graph.nodes)), strict=False)


def _references(node: Node, above: str) -> tuple[str, ...]:
    """The paths that a node's line has to name."""
    return node.inputs[node.inputs[0] == above :]


def _reference(path: str) -> str:
    return path if path == INPUT else f"@{path}"


def _origin(graph: Graph, node: Node) -> str:
    """``stage2/ReLU.0, line 14, Basic on line 22``: the path, the line, and how the file came there."""
    if node.span is None:
        return node.path
    line = f"line {node.span.line}" if node.span.file == graph.source.name else f"{node.span.file}:{node.span.line}"
    return ", ".join([node.path, line, *(" ".join(step) for step in call_steps(node.calls, node.span))])


def _default(spec: object, field: attrs.Attribute[Any]) -> object:
    factory = getattr(field.default, "factory", None)  # of a default that depends on the other fields
    return factory(spec) if factory else field.default


def short(value: object) -> str:
    """A value as the language writes it, one number for two directions that agree."""
    return spell(value[0] if isinstance(value, tuple) and len(set(value)) == 1 else value)

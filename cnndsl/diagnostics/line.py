"""What is to be told of one line of a model file: each layer that it makes, with its arithmetic."""

from __future__ import annotations

from collections.abc import Mapping

from cnndsl.compiler import check, has_errors
from cnndsl.diagnostics.arithmetic import Row, arithmetic
from cnndsl.diagnostics.reference import summary
from cnndsl.diagnostics.renderers.text import Paint, plain, render
from cnndsl.errors import CnndslError, Diagnostic, SettingsError, printable
from cnndsl.language import Graph, Source, read_graph
from cnndsl.language.graph import CallSite, Node, Shape
from cnndsl.language.render import render_spec
from cnndsl.layers import kind_of
from cnndsl.layers._fields import spell


def explain_line(source: Source, line: int, data_sets: Mapping[str, Shape], paint: Paint = plain) -> str:
    """The arithmetic of each layer that a line makes, and what was found there.

    A file that does not state its input is read with the first of ``data_sets`` that it is right for, or the first.

    Raises
    ------
    SettingsError
        There is no layer on that line.
    """
    name, graph, found = check_first(source, data_sets)
    findings = [diagnostic for diagnostic in found if diagnostic.span.line == line]
    nodes = [node for node in graph.nodes if line in _lines(node, source)]
    if not nodes and not findings:
        raise _nothing_there(source, graph, found, line)
    place = printable(f"{source.name}:{line}: {source.line(line).split('#')[0].strip()}")
    heading = f"{place}   (on {name} {spell(graph.input_shape)})" if name else place
    parts = [heading, *(_layer(graph, node) for node in nodes), *(render(finding, paint) for finding in findings)]
    return "\n\n".join(parts)


def explain_file(source: Source, data_sets: Mapping[str, Shape], paint: Paint = plain) -> str:
    """The same of every line that makes a layer, up to the first that is wrong."""
    _, graph, found = check_first(source, data_sets)
    lines = {_lines(node, source)[0] for node in graph.nodes}
    lines.update(diagnostic.span.line for diagnostic in found if diagnostic.severity == "error")
    return "\n\n".join(explain_line(source, line, data_sets, paint) for line in sorted(lines))


def check_first(source: Source, data_sets: Mapping[str, Shape]) -> tuple[str, Graph, tuple[Diagnostic, ...]]:
    """A file on the first of the data sets that it is right for: which that is, its graph and what was found.

    A file that states its input is read with that; the name is then empty.
    """
    graph, found = read_graph(source)
    if graph.input_shape:
        return "", *check(source)
    if has_errors(found):
        return "", graph, found
    results = [(name, *check(source, shape)) for name, shape in data_sets.items()]
    return next((result for result in results if not has_errors(result[2])), results[0])


def _lines(node: Node, source: Source) -> list[int]:
    """The lines of the file that a layer is from: its own, then those that called for it, the innermost first."""
    spans = (node.span, *(call.span for call in reversed(node.calls)))
    return [span.line for span in spans if span and span.file == source.name]


def _layer(graph: Graph, node: Node) -> str:
    rows = (*_calls(node), *arithmetic(graph, node))
    width = max(len(name) for name, _ in rows)
    heading = f"{node.path}: {summary(kind_of(node.spec))}"
    return "\n".join([heading, *(f"  {name:<{width}}  {text}" for name, text in rows)])


def _calls(node: Node) -> tuple[Row, ...]:
    """How the file comes to a layer in a block or a repeat, the outermost call first."""
    if not node.calls or node.span is None:
        return ()
    steps = [f"{_call_name(call)} on line {call.span.line}" for call in node.calls]
    return (("made by", f"{', '.join(steps)}: `{render_spec(node.spec)}` on line {node.span.line}"),)


def _call_name(call: CallSite) -> str:
    return call.name if call.index is None else f"{call.name}, pass {call.index}"


def _nothing_there(source: Source, graph: Graph, found: tuple[Diagnostic, ...], line: int) -> CnndslError:
    errors = [diagnostic for diagnostic in found if diagnostic.severity == "error"]
    if errors and errors[0].span.line < line:
        message = f"{source.name}:{line}: what reaches this line is not known: line {errors[0].span.line} has an error"
        return SettingsError(message, hint=f"`cnndsl explain {source.name}:{errors[0].span.line}` shows it")
    lines = sorted({line for node in graph.nodes for line in _lines(node, source)})
    return SettingsError(
        f"{source.name}:{line}: there is no layer on this line",
        hint=f"layers are on lines {', '.join(map(str, lines))}",
    )

"""From text to an immutable graph of layer specs."""

from __future__ import annotations

from attrs import evolve

from cnndsl.errors import Diagnostic
from cnndsl.language.elaborate import elaborate
from cnndsl.language.graph import Graph
from cnndsl.language.parse import parse
from cnndsl.language.source import Source

__all__ = ["Graph", "Source", "read_graph"]


def read_graph(source: Source) -> tuple[Graph, tuple[Diagnostic, ...]]:
    """The graph of a file and everything wrong with its text; with errors, the graph ends before the first."""
    statements, syntax_errors = parse(source)
    graph, name_errors = elaborate(source, statements)
    found = (*syntax_errors, *(error for error in name_errors if not (error.code == "P005" and syntax_errors)))
    graph = _before(graph, min((error.span.line for error in syntax_errors), default=None))
    return graph, tuple(sorted(found, key=lambda diagnostic: (diagnostic.span.line, diagnostic.span.column)))


def _before(graph: Graph, line: int | None) -> Graph:
    """The layers above a line: what follows a line that could not be read has not the shapes that were meant."""
    if line is None:
        return graph
    return evolve(graph, nodes=tuple(node for node in graph.nodes if node.span and node.span.line < line))

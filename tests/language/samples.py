"""Sources to check, and what must hold of whatever is said about them."""

from __future__ import annotations

from pathlib import Path

from cnndsl.compiler import check
from cnndsl.errors import Diagnostic
from cnndsl.language import Graph, Source, read_graph

SEED = (Path(__file__).parents[2] / "inputdir" / "model.txt").read_text(encoding="utf-8")


def graph_of(text: str) -> Graph:
    """The graph of a text without a fault."""
    graph, found = read_graph(Source("m", text))
    assert found == ()
    return graph


def specs_of(text: str) -> list[object]:
    """The specs of a text without a fault."""
    return [node.spec for node in graph_of(text).nodes]


def errors_of(text: str) -> tuple[Diagnostic, ...]:
    """What is wrong with a text, apart from shapes."""
    return read_graph(Source("m", text))[1]


def error_of(text: str) -> Diagnostic:
    """The one thing that is wrong with a text."""
    (found,) = errors_of(text)
    return found


def underlined(text: str, diagnostic: Diagnostic) -> str:
    """What a diagnostic's span covers."""
    span = diagnostic.span
    return Source("m", text).line(span.line)[span.column - 1 : span.column - 1 + span.width]


def examine(source: Source) -> None:
    """Check a source, and see that whatever is found lies in it and can be shown on a terminal."""
    _, found = check(source, (1, 28, 28))
    for diagnostic in found:
        span, line = diagnostic.span, source.line(diagnostic.span.line)
        assert span.file == source.name
        assert 1 <= span.line <= len(source.lines)
        assert 1 <= span.column <= len(line) + 1
        assert span.end_column is None or span.column < span.end_column <= len(line) + 2
        shown = str(diagnostic)
        assert all(row.isprintable() for row in shown.split("\n"))
        assert max(map(len, shown.split("\n"))) < 1000

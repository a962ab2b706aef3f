"""From a graph of specs to a program of pure functions."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from attrs import evolve

from cnndsl.compiler.advise import advise
from cnndsl.compiler.infer import check_shapes
from cnndsl.errors import Diagnostic, ModelError, Span
from cnndsl.language import Graph, Source, read_graph
from cnndsl.language.graph import Shape
from cnndsl.language.source import checked, read_source
from cnndsl.layers._fields import spell

if TYPE_CHECKING:
    from cnndsl.compiler.program import Program, build

__all__ = ["Program", "build", "check", "compile_model", "has_errors"]


def __getattr__(name: str) -> Any:
    # Resolved on first use: to check a file takes shapes only, and no program.
    if name in {"Program", "build"}:
        import cnndsl.compiler.program

        return getattr(cnndsl.compiler.program, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def compile_model(source: str | os.PathLike[str], input_shape: Shape | None = None) -> Program:
    """Compile a model file, or its text itself: a ``str`` with a newline in it is text, anything else a path.

    Parameters
    ----------
    input_shape
        ``(C, H, W)``; needed where the file has no ``input`` line.

    Raises
    ------
    ModelError
        The file has errors; all of them are in ``diagnostics``.
    InputError
        The file cannot be read.
    """
    is_text = isinstance(source, str) and "\n" in source
    text = checked(Source("<text>", str(source))) if is_text else read_source(source)
    graph, diagnostics = check(text, input_shape)
    if has_errors(diagnostics):
        raise ModelError(diagnostics)
    from cnndsl.compiler.program import build

    return build(graph)


def check(source: Source, input_shape: Shape | None = None) -> tuple[Graph, tuple[Diagnostic, ...]]:
    """The graph of a file with shapes inferred, and everything found: errors, warnings, notes, in file order.

    Without an input shape, here or in the file, the layers are not checked against each other (S200 says so).
    """
    graph, found = read_graph(source)
    stated = () if any(diagnostic.code == "S203" for diagnostic in found) else graph.input_shape
    if input_shape and stated and input_shape != stated:
        found = (*found, _other_input(graph, input_shape))
    shape = input_shape or stated
    if not shape:
        return graph, found if has_errors(found) else (*found, _no_input(graph))
    shaped, shape_errors = check_shapes(evolve(graph, input_shape=shape))
    found = (*found, *shape_errors, *advise(shaped))
    return shaped, tuple(sorted(found, key=lambda diagnostic: (diagnostic.span.line, diagnostic.span.column)))


def has_errors(diagnostics: tuple[Diagnostic, ...]) -> bool:
    """Whether any of them is more than a warning."""
    return any(diagnostic.severity == "error" for diagnostic in diagnostics)


def _no_input(graph: Graph) -> Diagnostic:
    message = "the file does not say what the images are, and nothing else does"
    hint = "add a first line such as `input 3x32x32`, or give input_shape=(3, 32, 32)"
    return Diagnostic("S200", "error", message, Span(graph.source.name, 1), (hint,))


def _other_input(graph: Graph, shape: Shape) -> Diagnostic:
    message = f"the file says `input {spell(graph.input_shape)}`, the data is {spell(shape)}"
    span = graph.input_span or Span(graph.source.name, 1)
    hint = f"write `input {spell(shape)}`, leave the line out, or name other data"
    excerpt = ((span.line, graph.source.line(span.line), ""),)
    return Diagnostic("D509", "error", message, span, (hint,), excerpt=excerpt)

"""From text to an immutable graph of layer specs."""

from __future__ import annotations

from collections.abc import Mapping

from cnndsl.errors import Diagnostic
from cnndsl.language.elaborate import elaborate
from cnndsl.language.graph import Graph, Shape
from cnndsl.language.parse import parse
from cnndsl.language.source import Source
from cnndsl.language.syntax import Scalar

__all__ = ["Graph", "Source", "read_graph"]


def read_graph(
    source: Source, overrides: Mapping[str, Scalar] | None = None, *, input_shape: Shape | None = None
) -> tuple[Graph, tuple[Diagnostic, ...]]:
    """The graph of a file and everything wrong with its text; with errors, the graph ends before the first.

    Parameters
    ----------
    overrides
        Values for variables in the place of those that ``let`` gives them; a ``str`` is a word such as ``same``.
    input_shape
        The shape of the images, where it is known; it beats the file's. The layers of ``shortcut=auto`` depend on it:
        where neither states it, the graph ends before the first of these, and ``graph.needs_shape`` is its place.

    Raises
    ------
    SettingsError
        ``overrides`` has a name that no ``let`` defines (C401).
    """
    statements, syntax_errors = parse(source)
    return elaborate(source, statements, syntax_errors, overrides=overrides, input_shape=input_shape or ())

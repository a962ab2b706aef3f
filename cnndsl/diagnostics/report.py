"""What a check of one file comes to, as a value that every format is made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from cnndsl.compiler import check_experiment, has_errors, read_experiment
from cnndsl.errors import CnndslError, Diagnostic, ModelError, Span
from cnndsl.language import Source

if TYPE_CHECKING:
    from cnndsl.compiler.measure import Figures
    from cnndsl.compiler.sizes import LegalSizes
    from cnndsl.language.graph import Graph, Shape

_STRICT_NOTES = {"S208"}  # what the file leaves out, and a strict reader wants to see written


@frozen
class Network:
    """What a file is on one kind of images; ``data`` names the data set, or is empty where the file says it all.

    ``sizes`` are the square inputs that it takes, where that was asked for.
    """

    data: str
    input_shape: Shape
    output_shape: Shape
    figures: Figures
    sizes: LegalSizes | None = None


@frozen
class FileReport:
    """All that is to be said about a file: what was found, and which networks it is.

    ``failure`` is why there is nothing to say: the file cannot be read.
    """

    file: str
    diagnostics: tuple[Diagnostic, ...] = ()
    networks: tuple[Network, ...] = ()
    failure: CnndslError | None = None

    @property
    def ok(self) -> bool:
        """Whether the file is a network, on one kind of images at least."""
        return bool(self.networks)

    @property
    def exit_code(self) -> int:
        """What a command about this file alone ends with."""
        return self.failure.exit_code if self.failure else 0 if self.ok else 1

    @property
    def findings(self) -> tuple[Diagnostic, ...]:
        """The diagnostics, a failure being one as well: of the file as a whole, at its first line."""
        if self.failure is None:
            return self.diagnostics
        hints = (self.failure.hint,) if self.failure.hint else ()
        return (Diagnostic(self.failure.code, "error", self.failure.message, Span(self.file, 1), hints),)


def examine(source: Source, data_sets: Mapping[str, Shape], *, strict: bool = False, sizes: bool = False) -> FileReport:
    """The report on a file.

    Without an ``input`` line it is checked for the images of each of ``data_sets``, and right if it is right for one;
    errors for the others are then nobody's concern. ``strict`` makes warnings errors, and notes of what a line leaves
    unsaid. The square inputs that the file takes are found where it does not say what the images are, and with
    ``sizes`` always.
    """
    inputs, stated = _inputs(source, data_sets)
    checked = [(name, check_experiment(source, input_shape=shape)) for name, shape in inputs]
    if all(has_errors(experiment.diagnostics) for _, experiment in checked):  # repairs take time, and are told then
        checked = [(name, check_experiment(source, input_shape=shape, repairs=True)) for name, shape in inputs]
    judged = [(name, one.graph, _strictly(one.diagnostics) if strict else one.diagnostics) for name, one in checked]
    legal = [result for result in judged if not has_errors(result[2])]
    told = _once(diagnostic for *_, found in legal or judged for diagnostic in found)
    if legal:
        told = tuple(sorted((*told, *_style(legal[0][1])), key=lambda one: _place(one.span, source)))
    networks = tuple(_network(name, graph, sizes=sizes or not stated) for name, graph, _ in legal)
    return FileReport(source.name, told, networks)


def _place(span: Span, source: Source) -> tuple[bool, str, int, int]:
    """What the file's own findings come first by, each file's by line."""
    return span.file != source.name, span.file, span.line, span.column


def _style(graph: Graph) -> tuple[Diagnostic, ...]:
    from cnndsl.compiler.style import advise_style

    return advise_style(graph)


def unreadable(file: str, error: CnndslError) -> FileReport:
    """The report on a file that could not be read as text."""
    if isinstance(error, ModelError):
        return FileReport(error.diagnostics[0].span.file, error.diagnostics)
    return FileReport(file, failure=error)


def _inputs(source: Source, data_sets: Mapping[str, Shape]) -> tuple[list[tuple[str, Shape | None]], bool]:
    """The images to check a file for, and whether it is the file that says so."""
    experiment = read_experiment(source)
    if experiment.graph.input_shape or has_errors(experiment.diagnostics):
        return [("", None)], True
    if experiment.data_shape:
        return [(experiment.settings.data.name, experiment.data_shape)], True
    return list(data_sets.items()), False


def _strictly(found: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    return tuple(
        evolve(diagnostic, severity="error")
        if diagnostic.severity == "warning" or diagnostic.code in _STRICT_NOTES
        else diagnostic
        for diagnostic in found
    )


def _once(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Each finding once, though it may hold for several data sets with other numbers."""
    seen: dict[tuple[str, Span], Diagnostic] = {}
    for diagnostic in found:
        seen.setdefault((diagnostic.code, diagnostic.span), diagnostic)
    return tuple(seen.values())


def _network(name: str, graph: Graph, *, sizes: bool) -> Network:
    from cnndsl.compiler.legal import legal_sizes
    from cnndsl.compiler.measure import measure

    legal = legal_sizes(graph) if sizes else None
    return Network(name, graph.input_shape, graph.nodes[-1].out_shape, measure(graph), legal)

"""A model file as a whole: its graph and its settings, with everything found wrong about either."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from cnndsl.compiler.advise import advise
from cnndsl.compiler.advise_network import advise_network
from cnndsl.compiler.infer import check_shapes
from cnndsl.data.shapes import CLASSES, SHAPE_OF
from cnndsl.errors import Diagnostic, ModelError, Span
from cnndsl.language import Graph, Source, read_graph
from cnndsl.language.graph import Shape
from cnndsl.language.source import checked
from cnndsl.language.syntax import Scalar, Word
from cnndsl.layers._fields import spell

if TYPE_CHECKING:
    from cnndsl.settings import Override, Settings


@frozen
class Experiment:
    """What a file says, with the changes that the command line makes.

    ``stated`` is ``None`` where neither says anything about settings. ``diagnostics`` are what was found: errors,
    warnings, notes, the file's own first, each file's by line. ``whole`` is the graph before shapes were inferred,
    where the input's is known: unlike ``graph``, it goes on behind a layer that does not fit.
    """

    graph: Graph
    diagnostics: tuple[Diagnostic, ...]
    stated: Settings | None = None
    whole: Graph | None = None

    @property
    def settings(self) -> Settings:
        """The settings that are in force: those stated, or the defaults."""
        from cnndsl.settings import Settings

        return self.stated or Settings()

    @property
    def data_shape(self) -> Shape:
        """The images' ``(C, H, W)``, if the file or the command line names a data set; else empty."""
        if self.stated is None or "data.name" not in self.stated.places:
            return ()
        return SHAPE_OF[self.stated.data.name]

    @property
    def variables(self) -> dict[str, str]:
        """The variables that have another value than the file says, as text."""
        return {let.name: spell(let.value) for let in self.graph.lets if let.overridden}


def has_errors(diagnostics: tuple[Diagnostic, ...]) -> bool:
    """Whether any of them is more than a warning."""
    return any(diagnostic.severity == "error" for diagnostic in diagnostics)


def read_experiment(
    source: Source, overrides: tuple[Override, ...] = (), *, input_shape: Shape | None = None
) -> Experiment:
    """A file as far as it can be read without inferring shapes; ``input_shape`` beats what the file says of images."""
    values = _variables(source, overrides) if overrides else {}
    graph, found = read_graph(source, values, input_shape=input_shape)
    if not graph.sections and not overrides:  # most files; to read settings takes longer than to check a small file
        return Experiment(graph, found)
    from cnndsl.settings import read_settings

    settings, wrong = read_settings(source, graph.sections, overrides, [let.name for let in graph.lets])
    experiment = Experiment(graph, (*found, *wrong), settings)
    if graph.needs_shape and experiment.data_shape:  # of the images, which is known only now
        graph, found = read_graph(source, values, input_shape=experiment.data_shape)
    return evolve(experiment, graph=graph, diagnostics=_in_order(graph, (*found, *wrong)))


def check_experiment(
    source: Source, overrides: tuple[Override, ...] = (), *, input_shape: Shape | None = None, repairs: bool = False
) -> Experiment:
    """A file with shapes inferred, claims proved, and settings that fit the network; errors with ``repairs``, if asked.

    Without an input shape, here, in the file or from the data set that it names, the layers are not checked against
    each other (S200 says so).
    """
    experiment = _judged(source, overrides, input_shape)
    if not (repairs and has_errors(experiment.diagnostics)):
        return experiment
    from cnndsl.compiler.repairs import with_repairs  # most files need none

    def judge(text: str) -> tuple[Diagnostic, ...]:
        try:
            return _judged(checked(evolve(source, text=text)), overrides, input_shape).diagnostics
        except ModelError as error:  # too long a line, or too many
            return error.diagnostics

    return evolve(experiment, diagnostics=with_repairs(experiment.diagnostics, source, experiment.whole, judge))


def _judged(source: Source, overrides: tuple[Override, ...], input_shape: Shape | None) -> Experiment:
    experiment = read_experiment(source, overrides, input_shape=input_shape)
    graph, found, data_shape = experiment.graph, experiment.diagnostics, experiment.data_shape
    stated = () if any(diagnostic.code == "S203" for diagnostic in found) else graph.input_shape
    shape = input_shape or data_shape or stated
    if stated and shape != stated:
        found = (*found, _other_input(graph, shape))
    elif data_shape and shape != data_shape:
        found = (*found, _other_data(experiment, shape))
    if not shape:
        return experiment if has_errors(found) else evolve(experiment, diagnostics=(*found, _no_input(graph)))
    whole = evolve(graph, input_shape=shape)
    shaped, shape_errors = check_shapes(whole)
    found = _in_order(graph, (*found, *shape_errors, *advise(shaped), *_augmented(experiment, shape)))
    experiment = evolve(experiment, graph=shaped, diagnostics=found, whole=whole)
    if has_errors(found):
        return experiment
    found = _in_order(graph, (*found, *advise_network(shaped)))
    return _with_claims(_with_classes(evolve(experiment, diagnostics=found)))


def _with_classes(experiment: Experiment) -> Experiment:
    """The experiment with what is wrong about its outputs, where it says what they are to tell apart."""
    if not experiment.data_shape:
        return experiment
    from cnndsl.compiler.classes import check_classes

    name = experiment.settings.data.name
    wrong = check_classes(experiment.graph, name, CLASSES[name])
    return evolve(experiment, diagnostics=_in_order(experiment.graph, (*experiment.diagnostics, *wrong)))


def _augmented(experiment: Experiment, shape: Shape) -> tuple[Diagnostic, ...]:
    """What is wrong with the images that the network would be trained on; nothing, where a line could not be read."""
    lines = sum(len(section.entries) for section in experiment.graph.sections if section.name == "augment")
    if experiment.stated is None or not lines or len(experiment.stated.augment) != lines:
        return ()
    from cnndsl.compiler.augmentation import check_augmentation

    return check_augmentation(experiment.graph, experiment.stated, shape)


def _with_claims(experiment: Experiment) -> Experiment:
    """The experiment with the claims that do not hold, the settings of another network, and what they will lead to."""
    if experiment.stated is None:
        return experiment
    from cnndsl.compiler.advise_training import advise_training
    from cnndsl.compiler.claims import prove
    from cnndsl.compiler.fit import misfits

    graph, settings = experiment.graph, experiment.stated
    found = (*misfits(graph, settings), *prove(graph, settings), *advise_training(graph, settings))
    return evolve(experiment, diagnostics=_in_order(graph, (*experiment.diagnostics, *found)))


def _variables(source: Source, overrides: tuple[Override, ...]) -> Mapping[str, Scalar]:
    """The values for variables that the file has; those for others are reported with the settings."""
    graph, _ = read_graph(source)
    known = {let.name for let in graph.lets}
    given = {override.name: override.argument.value for override in overrides if override.name in known}
    values = {name: str(value) if isinstance(value, Word) else value for name, value in given.items()}
    return {name: value for name, value in values.items() if isinstance(value, int | float | str | tuple)}


def _in_order(graph: Graph, found: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    def place(diagnostic: Diagnostic) -> tuple[bool, str, int, int]:
        span = diagnostic.span
        return span.file != graph.source.name, span.file, span.line, span.column

    return tuple(sorted(found, key=place))


def _no_input(graph: Graph) -> Diagnostic:
    message = "the file does not say what the images are, and nothing else does"
    hint = "add a first line such as `input 3x32x32`, or give input_shape=(3, 32, 32)"
    return Diagnostic("S200", "error", message, Span(graph.source.name, 1), (hint,))


def _other_input(graph: Graph, shape: Shape) -> Diagnostic:
    message = f"the file says `input {spell(graph.input_shape)}`, the data is {spell(shape)}"
    hint = f"write `input {spell(shape)}`, leave the line out, or name other data"
    return _about(graph, message, graph.input_span or Span(graph.source.name, 1), hint)


def _other_data(experiment: Experiment, shape: Shape) -> Diagnostic:
    name = experiment.settings.data.name
    message = f"the images of {name} are {spell(experiment.data_shape)}, not {spell(shape)}"
    return _about(experiment.graph, message, experiment.settings.places["data.name"].span, "name other data")


def _about(graph: Graph, message: str, span: Span, hint: str) -> Diagnostic:
    text = graph.line(span)
    return Diagnostic("D509", "error", message, span, (hint,), excerpt=((span.line, text, ""),) if text else ())

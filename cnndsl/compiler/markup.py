"""What only a checked network can add to its file: shapes behind lines, and the layer that another implies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cnndsl.compiler.experiment import Experiment, check_experiment, has_errors, read_experiment
from cnndsl.errors import ModelError, Span
from cnndsl.language import Graph, Source
from cnndsl.language.format import ChangedMeaningError, Place, annotate, insert_layer
from cnndsl.language.graph import CallSite, Shape
from cnndsl.layers._fields import spell
from cnndsl.layers.flatten import Flatten

_MOST_SHAPES = 4  # of a line that several calls come to


def legal_experiments(source: Source, data_sets: Mapping[str, Shape]) -> tuple[Experiment, ...]:
    """A file, checked; for the images of each data set that it is right for where it says nothing of images.

    Raises
    ------
    ModelError
        It is right for none.
    """
    stated = read_experiment(source)
    says = stated.graph.input_shape or stated.data_shape or has_errors(stated.diagnostics)
    shapes = [None] if says else data_sets.values()
    checked = [check_experiment(source, input_shape=shape) for shape in shapes]
    legal = tuple(experiment for experiment in checked if not has_errors(experiment.diagnostics))
    if not legal:
        raise ModelError(checked[0].diagnostics)
    return legal


def with_flattens(source: Source, data_sets: Mapping[str, Shape]) -> Source:
    """A right file in canonical form with the ``Flatten`` above each FC that needs one (S208); other files stay.

    Raises
    ------
    ModelError
        The file is not right.
    ChangedMeaningError
        The network would not be the same but for these layers.
    """
    before = legal_experiments(source, data_sets)
    spans = [found.span for experiment in before for found in experiment.diagnostics if found.code == "S208"]
    places = frozenset(_place(span) for span in spans if span.file == source.name)
    if not places:
        return source
    result = insert_layer(source, Flatten.__name__, places)
    after = legal_experiments(result, data_sets)
    if [_weighty(experiment) for experiment in before] != [_weighty(experiment) for experiment in after]:
        raise ChangedMeaningError(source)
    return result


def _weighty(experiment: Experiment) -> list[tuple[object, Shape]]:
    """The layers but for Flatten, and what they make."""
    return [(node.spec, node.out_shape) for node in experiment.graph.nodes if node.spec != Flatten()]


def with_shape_comments(source: Source, data_sets: Mapping[str, Shape]) -> Source:
    """A right file in canonical form with the shape that each statement makes behind it; raises as the above."""
    return annotate(source, shapes_by_place(experiment.graph for experiment in legal_experiments(source, data_sets)))


def shapes_by_place(graphs: Iterable[Graph]) -> dict[Place, str]:
    """What each statement of the graphs' own file makes, by the place of its first word: ``16x32x32 | 32x16x16``.

    A line of a block makes several shapes where calls differ, and every line may where inputs do; each is told once.
    """
    made: dict[Place, dict[Shape, None]] = {}
    for graph in graphs:
        for (_, place), shape in _last_shapes(graph).items():
            made.setdefault(place, {})[shape] = None
    return {place: _told(tuple(shapes)) for place, shapes in made.items()}


def _last_shapes(graph: Graph) -> dict[tuple[tuple[CallSite, ...], Place], Shape]:
    """What is behind each statement, each time the file comes to it: the value of the last layer that it made."""
    shapes: dict[tuple[tuple[CallSite, ...], Place], Shape] = {}
    for node in graph.nodes:
        steps = [*(site.span for site in node.calls), *([node.span] if node.span else [])]
        for depth, span in enumerate(steps):
            if span.file == graph.source.name:
                shapes[node.calls[:depth], _place(span)] = node.out_shape
    return shapes


def _place(span: Span) -> Place:
    return span.line, span.column


def _told(shapes: tuple[Shape, ...]) -> str:
    rest = ["..."] if len(shapes) > _MOST_SHAPES else []
    return " | ".join([*map(spell, shapes[:_MOST_SHAPES]), *rest])

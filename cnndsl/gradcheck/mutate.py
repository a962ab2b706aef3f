"""Whether the check would see a mistake: each is planted where it can first be made, and the check made again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from attrs import evolve, frozen

from cnndsl import keys
from cnndsl.compiler.program import Program, build
from cnndsl.gradcheck.calls import Call, Gradients, check_call
from cnndsl.gradcheck.mistakes import MISTAKES, Mistake, differ, planted, spoiled
from cnndsl.gradcheck.network import Row, Settings, check_whole, of_layer, of_whole
from cnndsl.gradcheck.points import Point, Site, draw_point, sites
from cnndsl.language.graph import Graph
from cnndsl.layers._kind import Array, LayerKind, Tree

_NOTHING = 1e-6  # a gradient of which rounding is a visible part
_ENOUGH = 64  # coordinates of each array of the whole network: a mistake shows in most


@frozen
class Outcome:
    """A mistake, where it was planted (nowhere: ``path`` is empty, and ``needs`` says what is missing), what saw it.

    ``by_layer`` and ``by_network`` are the first rows that the layer's and the network's check refused.
    """

    mistake: str
    needs: str
    path: str = ""
    by_layer: Row | None = None
    by_network: Row | None = None

    @property
    def is_unseen(self) -> bool:
        """Whether it could be made and nothing showed it."""
        return bool(self.path) and self.by_layer is None and self.by_network is None


def mutate(graph: Graph, settings: Settings) -> Iterator[Outcome]:
    """Each mistake in turn, those inside of a layer first."""
    point = draw_point(graph, settings.seed, settings.images)
    places = tuple(sites(graph, point))
    program = build(graph, loss=settings.loss, rewrites=(), training=())  # a layer a step, as the file has them
    program = evolve(program, piece=settings.images)
    for mistake in MISTAKES:
        yield next(_inside(mistake, program, graph, point, places, settings), _nowhere(mistake))
    yield _forgotten_sum(program, graph, point, places, settings)
    yield _wrong_mean(program, graph, point, settings)


def _nowhere(mistake: Mistake) -> Outcome:
    return Outcome(mistake.name, f"no layer with {mistake.needs}, where it would show")


def _inside(
    mistake: Mistake, program: Program, graph: Graph, point: Point, places: tuple[Site, ...], settings: Settings
) -> Iterator[Outcome]:
    """What comes of the mistake in each layer that it can be made in."""
    for site in places:
        kind = planted(site.call, mistake)
        if kind is not None:
            by_layer = _refused_layer(site, kind, graph, settings)
            mistaken = program.with_kind(site.node.path, kind)
            by_network = _refused_network(mistaken, graph, point, settings)
            yield Outcome(mistake.name, "", site.node.path, by_layer, by_network)


def _forgotten_sum(
    program: Program, graph: Graph, point: Point, places: tuple[Site, ...], settings: Settings
) -> Outcome:
    """A value that several layers take has the gradient of the first alone, as where it is set and not added to."""
    name = "a value used twice has one gradient"
    later = [site for site in places if site.taken_above]
    mistaken = program
    for site in later:
        mistaken = mistaken.with_kind(site.node.path, spoiled(site.call.kind, _without(site.taken_above)))
    if not differ(_gradients(mistaken, point), _gradients(program, point)):
        return Outcome(name, "no value that two layers take, where it would show")
    return Outcome(name, "", later[0].node.path, None, _refused_network(mistaken, graph, point, settings))


def _gradients(program: Program, point: Point) -> Gradients:
    """Those of the output, as those of a layer are: the images' first, then every parameter's."""
    _, _, tape = program.forward(point.params, point.state, point.x, train=True, key=point.key)
    dx, grads = program.backward(point.params, tape, point.dy)
    return (dx,), {f"{path}/{name}": grad for path, own in grads.items() for name, grad in own.items()}


def _without(inputs: tuple[int, ...]) -> Any:
    def spoil(_call: Call, right: Gradients) -> Gradients:
        dxs, grads = right
        kept = (np.zeros_like(dx) if index in inputs and dx is not None else dx for index, dx in enumerate(dxs))
        return tuple(kept), grads

    return spoil


def _wrong_mean(program: Program, graph: Graph, point: Point, settings: Settings) -> Outcome:
    """The loss is a mean over the batch, its gradient that of the sum."""
    name = "the gradient of the loss is off by the batch size"
    if len(program.output_shape) != 1 or settings.images == 1:
        return Outcome(name, "no loss of two or more images: a network that ends in a vector, and --batch 2")
    _, right, _ = program.loss_and_grads(point.params, point.state, point.x, point.labels, key=point.key)
    if max((abs(grad).max() for own in right.values() for grad in own.values()), default=0.0) < _NOTHING:
        return Outcome(name, "no parameter that the loss depends on")

    def summed(params: Tree, state: Tree, x: Array, labels: Array) -> tuple[float, Tree]:
        loss, grads, _ = program.loss_and_grads(params, state, x, labels, key=point.key)
        return loss, {path: {name: len(x) * grad for name, grad in own.items()} for path, own in grads.items()}

    rows = check_whole(program, point, _precision(graph, settings), summed)
    return Outcome(name, "", graph.nodes[-1].path, None, _first_refused(rows, settings))


def _refused_layer(site: Site, kind: LayerKind[Any], graph: Graph, settings: Settings) -> Row | None:
    rng = keys.generator(settings.seed, "mutate", site.node.path)
    comparisons = check_call(evolve(site.call, kind=kind), of_layer(graph, settings), rng)
    rows = (Row(site.node.path, kind.name, "", comparison) for comparison in comparisons)
    return _first_refused(rows, settings)


def _refused_network(program: Program, graph: Graph, point: Point, settings: Settings) -> Row | None:
    return _first_refused(check_whole(program, point, _precision(graph, settings)), settings)


def _precision(graph: Graph, settings: Settings) -> Any:
    precision = of_whole(graph, settings)
    return evolve(precision, coordinates=min(_ENOUGH, precision.coordinates))


def _first_refused(rows: Iterator[Row], settings: Settings) -> Row | None:
    """The first row that is wrong; that every coordinate lay at a kink shows nothing."""
    tolerance = settings.precision.tolerance
    wrong = (row for row in rows if not row.comparison.is_unclear and not row.comparison.is_right(tolerance))
    return next(wrong, None)

"""The gradients of a network against central differences in float64: each layer where it stands, then the whole.

A layer is checked with the values that reach it and a random cotangent, so what is wrong is found where it is wrong.
The whole is checked for what no layer shows: sums over branches, rewrites, the loss.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from attrs import evolve, field, frozen

from cnndsl import keys
from cnndsl.compiler.measure import measure
from cnndsl.compiler.program import Program, build
from cnndsl.gradcheck.calls import check_call
from cnndsl.gradcheck.compare import Comparison, Part, Precision, compare
from cnndsl.gradcheck.points import Point, draw_point, modes, sites
from cnndsl.language.graph import Graph
from cnndsl.layers import kind_of
from cnndsl.layers._kind import Array, Tree
from cnndsl.loss import Loss, on_probabilities

WHOLE = "network"
# Many values move at once when a parameter of a deep network does, and some always stand near a kink.
_STEP_OF_WHOLE = 1e-6
# The multiply-adds that one array may cost where each coordinate takes some forward passes, as it does among kinks; and
# a layer's share in those of its network, roughly.
_WORK, _PASSES, _LAYERS = 40_000_000_000, 16, 8
_LEAST = 8

LossAndGrads = Callable[[Tree, Tree, Array, Array], tuple[float, Tree]]


@frozen
class Row:
    """One line of the report: where, which kind of layer, in which mode if that matters, and what came of it."""

    path: str
    layer: str
    mode: str
    comparison: Comparison


@frozen
class Settings:
    """What may be chosen: images in the batch, the seed of all that is drawn, how closely to look, and the loss.

    Without a loss it is cross-entropy.
    """

    images: int = 4
    seed: int = 0
    precision: Precision = field(factory=Precision)
    loss: Loss | None = None


def check_network(graph: Graph, settings: Settings) -> Iterator[Row]:
    """Every layer of a graph with shapes, then the network as training computes it."""
    point = draw_point(graph, settings.seed, settings.images)
    for site in sites(graph, point):
        for mode, call in modes(site.call):
            rng = keys.generator(settings.seed, "coordinates", site.node.path, mode)
            for comparison in check_call(call, of_layer(graph, settings), rng):
                yield Row(site.node.path, call.kind.name, mode, comparison)
    program = evolve(
        build(graph, loss=settings.loss), piece=settings.images
    )  # in one piece, which draws what `forward` draws
    yield from check_whole(program, point, of_whole(graph, settings))


def check_whole(
    program: Program, point: Point, precision: Precision, loss_and_grads: LossAndGrads | None = None
) -> Iterator[Row]:
    """The images, then each array of parameters: of the loss, or of the output where that is no vector of scores."""
    rng = keys.generator(point.key, "coordinates", WHOLE)
    y, _, tape = program.forward(point.params, point.state, point.x, train=True, key=point.key)
    dx, grads = program.backward(point.params, tape, point.dy)
    output = _Whole(program, point)
    size = float(np.linalg.norm(point.dy * y))
    images = Part("input", point.x, dx, lambda x: output.at(point.params, x), point.dy, size)
    yield Row(WHOLE, "output", "", compare(images, precision, rng))
    value: Callable[[Tree], Any] = output.at
    cotangent: Any = point.dy
    measured = "output"
    if len(program.output_shape) == 1:
        loss, grads = (loss_and_grads or output.loss_and_grads)(point.params, point.state, point.x, point.labels)
        value, cotangent, size, measured = output.loss, 1.0, abs(loss), "loss"
    for path, own in point.params.items():
        for name, array in own.items():
            part = Part(name, array, grads[path][name], _at(value, point.params, path, name), cotangent, size)
            yield Row(path, measured, "", compare(part, precision, rng))


def of_layer(graph: Graph, settings: Settings) -> Precision:
    """How closely to look at a layer: at fewer coordinates where the network is large."""
    return _affordable(settings, measure(graph).macs // _LAYERS)


def of_whole(graph: Graph, settings: Settings) -> Precision:
    """How closely to look at the network."""
    return evolve(_affordable(settings, measure(graph).macs), step=_STEP_OF_WHOLE)


def _affordable(settings: Settings, macs: int) -> Precision:
    coordinates = _WORK // (_PASSES * max(1, macs * settings.images))
    return evolve(settings.precision, coordinates=max(_LEAST, min(settings.precision.coordinates, coordinates)))


@frozen(eq=False)
class _Whole:
    """The network as functions of its parameters, in training mode."""

    program: Program
    point: Point

    def at(self, params: Tree, x: Array | None = None) -> Array:
        point = self.point
        y, _, _ = self.program.forward(params, point.state, point.x if x is None else x, train=True, key=point.key)
        return y

    def loss(self, params: Tree) -> float:
        """The mean loss, from the output: not by the way that is checked, which fuses the softmax with the loss."""
        is_probable = kind_of(self.program.graph.nodes[-1].spec).probabilities
        loss = on_probabilities(self.program.loss) if is_probable else self.program.loss
        values, _ = loss.each(np.ascontiguousarray(self.at(params).T), self.point.labels)
        return loss.mean(values, self.point.labels)

    def loss_and_grads(self, params: Tree, state: Tree, x: Array, labels: Array) -> tuple[float, Tree]:
        loss, grads, _ = self.program.loss_and_grads(params, state, x, labels, key=self.point.key)
        return loss, grads


def _at(value: Callable[[Tree], Any], params: Tree, path: str, name: str) -> Callable[[Array], Any]:
    return lambda array: value({**params, path: {**params[path], name: array}})

"""Where a network is checked: drawn images, labels and parameters, and the values that reach each layer there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from attrs import evolve, field, frozen

from cnndsl import keys
from cnndsl.compiler.program import build
from cnndsl.gradcheck.calls import Call
from cnndsl.language.graph import INPUT, Graph, Node
from cnndsl.layers import kind_of
from cnndsl.layers._kind import Array, Context, Tree
from cnndsl.layers._layout import array_shape, to_inner

_MOVED = 0.1


@frozen(eq=False)
class Point:
    """All that a step takes, in float64: images ``(N, C, H, W)``, labels ``(N,)``, a cotangent of the output."""

    params: Tree
    state: Tree
    x: Array
    labels: Array
    dy: Array
    key: keys.Key = 0


@frozen(eq=False)
class Site:
    """A layer in its place, the call that reaches it, and which of its inputs a layer above has taken already."""

    node: Node
    call: Call = field(repr=False)
    taken_above: tuple[int, ...] = ()


def draw_point(graph: Graph, seed: int, images: int) -> Point:
    """Normal images, and the first parameters moved somewhat: a bias of 0 or a scale of 1 would hide mistakes."""
    params, state = build(graph, rewrites=(), training=()).init(seed, np.float64)
    output = graph.nodes[-1].out_shape
    rng = keys.generator(seed, "gradcheck")
    return Point(
        {path: {name: _moved(array, rng) for name, array in own.items()} for path, own in params.items()},
        {path: {name: abs(_moved(array, rng)) for name, array in own.items()} for path, own in state.items()},
        rng.standard_normal((images, *graph.input_shape)),
        rng.integers(output[0], size=images),
        rng.standard_normal((images, *output)),
        seed,
    )


def sites(graph: Graph, point: Point) -> Iterator[Site]:
    """Every layer with what reaches it in training, in file order."""
    values = {INPUT: to_inner(point.x, np.empty(array_shape(graph.input_shape, len(point.x))))}
    taken: set[str] = set()
    for node in graph.nodes:
        rng = keys.generator(point.key, "gradcheck", node.path)
        call = Call(
            kind_of(node.spec),
            node.spec,
            point.params.get(node.owner, {}),
            point.state.get(node.owner, {}),
            tuple(values[path] for path in node.inputs),
            rng.standard_normal(array_shape(node.out_shape, len(point.x))),
            Context(train=True, key=(point.key, node.path)),
        )
        again = (index for index, path in enumerate(node.inputs) if path in {*taken, *node.inputs[:index]})
        yield Site(node, call, tuple(again))
        taken.update(node.inputs)
        values[node.path] = call.output()


def modes(call: Call) -> tuple[tuple[str, Call], ...]:
    """The call in each mode that makes a difference to its kind."""
    if not (call.kind.mixes_batch or call.kind.random):
        return (("", call),)
    return ("training", call), ("inference", evolve(call, ctx=evolve(call.ctx, train=False)))


def _moved(array: Array, rng: np.random.Generator) -> Array:
    spread = float(array.std()) or 1.0
    return array + _MOVED * spread * rng.standard_normal(array.shape)

"""How long each layer of a network takes where it stands, forward and backward, and what it computes and moves.

Each kind is replaced by one that does the same and looks at the clock, and a piece of a batch goes through the network
as in training, on one thread. So a layer finds in the caches what the layers before it left there; what the last step
left is driven out.
"""

from __future__ import annotations

from collections import defaultdict
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from attrs import evolve, frozen

from benchmarks.nets import Net
from benchmarks.ours import images
from cnndsl.compiler import Program, build
from cnndsl.compiler.lower import Step
from cnndsl.compiler.measure import macs
from cnndsl.layers._kind import Array, LayerKind

_BATCH = 32
_CACHE_BYTES = 1 << 26  # more than the caches hold


@frozen
class LayerTime:
    """One layer in training, for ``images`` at once.

    Seconds are medians; ``macs`` are multiply-adds of the forward pass and of the backward pass (none for what is not
    a product), ``moved`` the bytes that each has to read and write at least: inputs, outputs, gradients and weights.
    """

    path: str
    kind: str
    images: int
    seconds: tuple[float, float]
    macs: tuple[int, int]
    moved: tuple[int, int]


class _Clock:
    """Collects what the replaced kinds see, by path: (seconds, bytes) of each call."""

    def __init__(self) -> None:
        self.forward: defaultdict[str, list[tuple[float, int]]] = defaultdict(list)
        self.backward: defaultdict[str, list[tuple[float, int]]] = defaultdict(list)

    def watched(self, path: str, kind: LayerKind[Any]) -> LayerKind[Any]:
        """The kind, timed."""
        sizes: list[int] = []

        def forward(spec: Any, params: Any, state: Any, xs: Any, ctx: Any) -> Any:
            start = perf_counter()
            y, new_state, residual = kind.forward(spec, params, state, xs, ctx)
            seconds = perf_counter() - start
            weights = _bytes(params.values())
            sizes[:] = [_bytes(xs), weights]
            self.forward[path].append((seconds, _bytes(xs) + weights + y.nbytes))
            return y, new_state, residual

        def backward(spec: Any, params: Any, residual: Any, dy: Array, ctx: Any) -> Any:
            start = perf_counter()
            dxs, grads = kind.backward(spec, params, residual, dy, ctx)
            seconds = perf_counter() - start
            moved = dy.nbytes + sum(sizes) + _bytes(dx for dx in dxs if dx is not None) + _bytes(grads.values())
            self.backward[path].append((seconds, moved))
            return dxs, grads

        return evolve(kind, forward=forward, backward=backward)


def layer_times(net: Net, rounds: int) -> tuple[LayerTime, ...]:
    """Every layer of the network as it is trained, in order."""
    program = build(net.graph())
    clock, (steps,) = _Clock(), program._segments  # noqa: SLF001 - the layers after all rewrites
    watched = evolve(program, replays=False)  # a replay would make their calls without them
    for step in steps:
        watched = watched.with_kind(step.path, clock.watched(step.path, step.kind))
    count = min(_BATCH, program.cuts(_BATCH)[1])
    x, labels = images(net, count)
    params, state = program.init(0)
    other = np.zeros(_CACHE_BYTES, np.uint8)
    for _ in range(rounds + 1):  # the first time memory is asked for
        np.add(other, 1, out=other)  # drives out what is in the caches
        watched.loss_and_grads(params, state, x, labels)
    products = _products(program)
    return tuple(_one(step, clock, products.get(step.path, 0), count) for step in steps)


def _products(program: Program) -> dict[str, int]:
    """Multiply-adds of the forward pass by path: of several steps that are made of one layer, the first has them."""
    of_layer = {node.path: macs(node) for node in program.graph.nodes}
    found: dict[str, int] = {}
    (steps,) = program._segments  # noqa: SLF001 - as above
    for step in steps:
        found[step.path] = of_layer.pop(step.owner, 0)
    return found


def _one(step: Step, clock: _Clock, products: int, count: int) -> LayerTime:
    passes = [clock.forward[step.path][1:], clock.backward.get(step.path, [])[1:]]
    seconds = [median(second for second, _ in calls) if calls else 0.0 for calls in passes]
    moved = [calls[0][1] if calls else 0 for calls in passes]
    backward = products * (1 + step.wants_dx)  # the gradient of the weights, and that of the input
    return LayerTime(
        step.path,
        step.kind.name,
        count,
        (seconds[0], seconds[1]),
        (products * count, backward * count),
        (moved[0], moved[1]),
    )


def _bytes(arrays: Any) -> int:
    return sum(array.nbytes for array in arrays)

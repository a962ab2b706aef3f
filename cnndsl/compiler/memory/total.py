"""What training takes: the block that a step lives in, and what stands beside it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen

from cnndsl.compiler.memory.arena import Plan, plan
from cnndsl.compiler.memory.liveness import extrapolated, untouched
from cnndsl.compiler.memory.slots import most_seen, padded, place
from cnndsl.compiler.step import Segments
from cnndsl.language.graph import Graph
from cnndsl.layers import kind_of
from cnndsl.layers._kind import Array, Shape, Tree

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

_LABEL = 8  # bytes
_QUICK = 1 << 24  # numbers that layers may compute to find out what they ask for


@frozen
class MemoryPlan:
    """Bytes that a process takes to train on batches of ``batch`` images, besides the program and its data.

    ``arena`` is the block that a step lives in, exactly, and each of the ``workers``, threads that share a batch, has
    one; ``layers`` says how much of it each layer has asked for at the
    moment when it is fullest, the largest first (``@input`` is the batch itself in the inner layout). ``images`` are
    those of a batch as they are given, with their labels. ``gradients`` are as many as are held at once while the
    pieces of a batch are added up. ``optimiser`` is what that remembers; ``recording`` is what a recorded step holds
    besides the arena; ``update`` is what exists twice while new parameters are made of old ones.
    """

    batch: int
    workers: int
    arena: int
    layers: tuple[tuple[str, int], ...]
    images: int
    parameters: int
    state: int
    gradients: int
    optimiser: int
    recording: int
    update: int

    @property
    def total(self) -> int:
        """The most at any time: either gradients are added up, or new parameters are made."""
        always = (
            self.workers * (self.arena + self.recording) + self.images + self.parameters + self.state + self.optimiser
        )
        return always + max(self.gradients, self.update)


def memory_plan(
    graph: Graph,
    segments: Segments,
    cuts: Sequence[int],
    *,
    replays: bool,
    workers: int = 1,
    optimiser: float = 0,
    dtype: DTypeLike = np.float32,
) -> MemoryPlan:
    """The plan for batches that are cut so; ``optimiser`` is how many numbers that keeps for each parameter."""
    params, state = _weights(graph, np.dtype(dtype))
    plans = [
        _piece_plan(graph, segments, params, state, size, np.dtype(dtype))
        for size in {end - start for start, end in pairwise(cuts)}
    ]
    fullest = max(plans, key=lambda each: each.slots.size)
    weights, own_state = _bytes_of(params), _bytes_of(state)
    remembered = round(optimiser * weights)
    images = cuts[-1]
    return MemoryPlan(
        batch=images,
        workers=workers,
        arena=fullest.slots.size,
        layers=_by_layer(fullest),
        images=images * (prod(graph.input_shape) * np.dtype(dtype).itemsize + _LABEL),
        parameters=weights,
        state=own_state,
        gradients=weights * (workers * gradients_at_once(-(-(len(cuts) - 1) // workers)) + workers - 1),
        optimiser=remembered,
        recording=2 * weights if replays else 0,
        # The gradients, as they are and as a vector, the updates, and the new of everything.
        update=4 * weights + remembered + own_state,
    )


def _piece_plan(graph: Graph, segments: Segments, params: Tree, state: Tree, images: int, dtype: np.dtype[Any]) -> Plan:
    def of(count: int) -> Plan:
        return plan(segments, params, state, (count, *graph.input_shape), dtype)

    leave_out_calls = all(step.kind.replayable for segment in segments for step in segment)
    outputs = images * sum(prod(node.out_shape) for node in graph.nodes)
    if leave_out_calls or outputs < _QUICK or images <= 3:
        return of(images)
    requests = extrapolated(of(2).requests, of(3).requests, images)
    return of(images) if requests is None else Plan(requests, place(requests))


def gradients_at_once(pieces: int) -> int:
    """How many gradients there are at most while those of so many pieces are added in a balanced tree."""
    if pieces == 1:
        return 1
    half = (pieces + 1) // 2
    return max(gradients_at_once(half), 1 + gradients_at_once(pieces - half), 3)


def _by_layer(chosen: Plan) -> tuple[tuple[str, int], ...]:
    _, when = most_seen(chosen.requests)
    asked: dict[str, int] = {}
    for request in chosen.requests:
        if request.end is not None and request.start <= when < request.end:
            asked[request.path] = asked.get(request.path, 0) + padded(request.size)
    return tuple(sorted(asked.items(), key=lambda each: (-each[1], each[0])))


def _weights(graph: Graph, dtype: np.dtype[Any]) -> tuple[dict[str, dict[str, Array]], ...]:
    """Parameters and state that hold no numbers."""
    params: dict[str, dict[str, Array]] = {}
    state: dict[str, dict[str, Array]] = {}
    for node in graph.nodes:
        for name, weight in kind_of(node.spec).weights(node.spec, *node.in_shapes).items():
            array = _untouched(weight.shape, dtype)
            (params if weight.trained else state).setdefault(node.path, {})[name] = array
    return params, state


def _untouched(shape: Shape, dtype: np.dtype[Any]) -> Array:
    return np.ndarray(shape, dtype, untouched(prod(shape) * dtype.itemsize))


def _bytes_of(tree: dict[str, dict[str, Array]]) -> int:
    return sum(array.nbytes for own in tree.values() for array in own.values())

"""The block that a training step lives in: each request finds its array where the plan has put it."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import DTypeLike

from cnndsl.compiler.memory.liveness import Request, live_requests
from cnndsl.compiler.memory.slots import Slots, padded, place
from cnndsl.compiler.step import Segments
from cnndsl.layers._kind import Array, Shape, Tree
from cnndsl.layers._layout import array_shape

# A batch is cut into pieces of at most two sizes, and so is a smaller one at the end of an epoch.
_KEPT = 4


@frozen
class Plan:
    """What a step asks for, and where it lies."""

    requests: tuple[Request, ...]
    slots: Slots


def plan(segments: Segments, params: Tree, state: Tree, shape: Shape, dtype: np.dtype[Any]) -> Plan:
    """The plan for a step on images of ``shape`` (N, C, H, W); of parameters only shapes and types matter."""
    requests = live_requests(segments, params, state, array_shape(shape[1:], shape[0]), dtype)
    return Plan(requests, place(requests))


class Planned:
    """Scratch for one step at a time. What outlives the step, or is not in the plan, is new memory."""

    def __init__(self, plan: Plan, block: Array) -> None:
        self.plan = plan
        self._arrays = [_array(*each, block) for each in zip(plan.requests, plan.slots.offsets, strict=True)]
        self._next = 0

    def begin(self) -> Planned:
        """Itself, at the first request."""
        self._next = 0
        return self

    def empty(self, shape: Shape, dtype: DTypeLike) -> Array:
        """The next array of the plan."""
        number, self._next = self._next, self._next + 1
        array = self._arrays[number] if number < len(self._arrays) else _ABSENT
        if array.shape == shape and array.dtype == dtype:
            return array
        if array is not _ESCAPING:
            # Requests that depend on numbers: nothing of the plan may be handed out again in this step.
            self._next = len(self._arrays)
        return np.empty(shape, dtype)


# Have the shape of no request.
_ABSENT, _ESCAPING = (np.empty((0,) * 32) for _ in range(2))


def _array(request: Request, offset: int | None, block: Array) -> Array:
    return _ESCAPING if offset is None else np.ndarray(request.shape, request.dtype, block, offset)


class Arenas(threading.local):
    """The block of one thread, as large as the largest of its plans, and the last of these."""

    def __init__(self) -> None:
        self._block = _aligned(0)
        self._planned: dict[Any, Planned] = {}

    def of(self, segments: Segments, params: Tree, state: Tree, x: Array) -> Planned:
        """Scratch for a step on images ``x`` ``(N, C, H, W)``, which ends before the next one of this thread begins."""
        types = tuple(array.dtype for own in params.values() for array in own.values())
        key = x.shape, x.dtype, types
        planned = self._planned.pop(key, None) or self._laid_out(plan(segments, params, state, x.shape, x.dtype))
        self._planned[key] = planned
        if len(self._planned) > _KEPT:
            del self._planned[next(iter(self._planned))]
        return planned.begin()

    @property
    def known(self) -> tuple[Planned, ...]:
        """The last ones; all lie in one block."""
        return tuple(self._planned.values())

    def _laid_out(self, chosen: Plan) -> Planned:
        if chosen.slots.size > len(self._block):
            self._block = _aligned(chosen.slots.size)
            self._planned = {key: Planned(old.plan, self._block) for key, old in self._planned.items()}
        return Planned(chosen, self._block)

    @property
    def size(self) -> int:
        """Bytes of this thread's block."""
        return len(self._block)


def _aligned(size: int) -> Array:
    """Uninitialised bytes that begin with a cache line."""
    line = padded(1)
    block = np.empty(size + line, np.uint8)
    start = -block.ctypes.data % line
    return block[start : start + size]

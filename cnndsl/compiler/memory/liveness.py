"""How long each array of a training step is seen: the step is gone through with its calls left out.

A layer asks for its arrays, and drops them, whatever numbers are in them. So over memory that nobody touches, with a
``run`` that does nothing, a step shows which sizes it asks for, in which order, and when the last view of each is gone.
Layers that compute without ``ctx.run`` do so here too, on that memory.
"""

from __future__ import annotations

import mmap
import sys
import weakref
from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np
from attrs import evolve, frozen
from numpy.typing import DTypeLike

from cnndsl.compiler.lower import Step
from cnndsl.compiler.step import Segments, differentiate
from cnndsl.language.graph import INPUT
from cnndsl.layers._kind import Array, Context, LayerKind, Shape

_LARGE = 1 << 20  # bytes from which on memory is reserved, not allocated
_NO_RESERVE = 0x4000  # Linux; Python names it from 3.13 on

Shapes = Mapping[str, Mapping[str, Shape]]


@frozen
class Request:
    """An array that a step asks for, seen until the request numbered ``end`` is made, or longer than the step (None).

    ``path`` is the layer that asks, ``@input`` where it is the batch itself that is put into the inner layout.
    """

    shape: Shape
    dtype: np.dtype[Any]
    path: str
    start: int
    end: int | None

    @property
    def size(self) -> int:
        """Bytes."""
        return prod(self.shape) * self.dtype.itemsize


class Ghosts:
    """Scratch whose memory nobody should write to; notes who asks for what, and when it is gone."""

    def __init__(self) -> None:
        self.path = INPUT
        self._asked: list[tuple[Shape, np.dtype[Any], str]] = []
        self._ends: dict[int, int] = {}

    def empty(self, shape: Shape, dtype: DTypeLike) -> Array:
        """An array of which only shape, type and life matter."""
        number, kind = len(self._asked), np.dtype(dtype)
        self._asked.append((tuple(shape), kind, self.path))
        block = untouched(prod(shape) * kind.itemsize)
        weakref.finalize(block, self._note_end, number).atexit = False
        return np.ndarray(shape, kind, block)

    def requests(self) -> tuple[Request, ...]:
        """Everything so far."""
        return tuple(Request(*asked, start, self._ends.get(start)) for start, asked in enumerate(self._asked))

    def _note_end(self, number: int) -> None:
        self._ends[number] = len(self._asked)


def untouched(size: int) -> Array:
    """Bytes that take no memory until they are written to; views of them refer to this array."""
    if size < _LARGE or sys.platform != "linux":
        return np.frombuffer(np.empty(max(1, size), np.uint8).data, np.uint8)
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _NO_RESERVE
    return np.frombuffer(mmap.mmap(-1, size, flags=flags), np.uint8)


def live_requests(
    segments: Segments,
    params: Mapping[str, Mapping[str, Array]],
    state: Mapping[str, Mapping[str, Array]],
    image_shape: Shape,
    dtype: np.dtype[Any],
) -> tuple[Request, ...]:
    """What a step asks for, on a batch of the inner shape ``image_shape``; of parameters only shape and type matter."""
    ghosts = Ghosts()
    watched = tuple(tuple(_watched(step, ghosts) for step in segment) for segment in segments)
    ctx = Context(train=True, scratch=ghosts, run=_leave_out)
    with np.errstate(all="ignore"):
        result = differentiate(watched, params, state, ghosts.empty(image_shape, dtype), _some_gradient, ctx)
        found = ghosts.requests()  # before the result is given up: what it holds is seen longer than the step
    del result
    return found


def extrapolated(two: tuple[Request, ...], three: tuple[Request, ...], images: int) -> tuple[Request, ...] | None:
    """What a step asks for on so many images, from what it does on two and on three; None where these differ in more.

    For layers that cannot leave out their calls: on large images a few would take long.
    """
    if [(each.path, each.start, each.end) for each in two] != [(each.path, each.start, each.end) for each in three]:
        return None
    return tuple(
        evolve(one, shape=tuple(a + (images - 2) * (b - a) for a, b in zip(one.shape, other.shape, strict=True)))
        for one, other in zip(two, three, strict=True)
    )


def _some_gradient(scores: Array) -> tuple[float, Array]:
    return 0.0, np.zeros_like(scores)


def _leave_out(*_args: Any, **_named: Any) -> None:
    """Not make a call."""


def _watched(step: Step, ghosts: Ghosts) -> Step:
    """The step, whose requests are noted as its own."""

    def forward(*args: Any) -> Any:
        ghosts.path = step.path
        return step.kind.forward(*args)

    def backward(*args: Any) -> Any:
        ghosts.path = step.path
        return step.kind.backward(*args)

    kind: LayerKind[Any] = evolve(step.kind, forward=forward, backward=backward)
    return evolve(step, kind=kind)

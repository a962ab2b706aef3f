"""A training step as a list of calls, made again for each piece of a batch.

The folds over the layers do the same for every piece of a size: they make the same views of arrays of the same shapes
and hand them to the same NumPy functions. For a small network that Python takes a third of the step. So it is done
once, over arrays that stay, and the calls are noted; a piece is then its images and the parameters copied in, the calls
made again, the gradients copied out. From outside it is still a function of its arguments alone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from attrs import frozen

from cnndsl.compiler.lower import Step
from cnndsl.compiler.memory.arena import Arenas, Planned
from cnndsl.compiler.step import Segments, differentiate
from cnndsl.layers._kind import Array, Context, Scratch, Shape, Tree
from cnndsl.layers._layout import array_shape, to_inner

Calls = tuple[Callable[[], object], ...]

# About 0.4 ms are spared; larger networks have longer calls besides.
_MOST_PARAMETERS = 1 << 18


class Recorder:
    """Makes calls and notes them: the ``run`` of a context."""

    def __init__(self) -> None:
        self._noted: list[Callable[[], object]] = []

    def run(self, function: Callable[..., object], /, *args: Any, **named: Any) -> None:
        """Call a function for what it writes, now and at each replay."""
        call = partial(function, *args, **named)
        call()
        self._noted.append(call)

    def take(self) -> Calls:
        """The calls since the last time."""
        calls = tuple(self._noted)
        self._noted.clear()
        return calls


@frozen(eq=False)
class Recording:
    """The two passes over one piece, and the arrays that they read and write."""

    params: Tree
    x: Array
    scores: Array
    dscores: Array
    grads: Tree
    forward_calls: Calls
    backward_calls: Calls

    def forward(self, params: Tree, x: Array) -> Array:
        """The scores ``(K, N)`` of images ``(N, C, H, W)``, to be read before the next piece."""
        for path, own in self.params.items():
            given = params[path]
            for name, array in own.items():
                np.copyto(array, given[name])
        to_inner(x, self.x)
        for call in self.forward_calls:
            call()
        return self.scores

    def backward(self, dscores: Array) -> Tree:
        """The gradients of every parameter, new arrays, for the images of the last forward pass."""
        np.copyto(self.dscores, dscores)
        for call in self.backward_calls:
            call()
        return {path: {name: array.copy() for name, array in own.items()} for path, own in self.grads.items()}


def is_worthwhile(steps: tuple[Step, ...], parameters: int) -> bool:
    """Whether every step can be replayed, and copying so many parameters in and out costs less than that spares."""
    return parameters <= _MOST_PARAMETERS and all(step.kind.replayable for step in steps)


def record(segments: Segments, params: Tree, shape: Shape, dtype: np.dtype[Any], scratch: Scratch) -> Recording:
    """The passes over images of ``shape`` (N, C, H, W) and parameters like ``params``.

    ``scratch`` hands out memory that stays where it is, and is used again only for what a later call writes.
    """
    own = {
        path: {name: np.zeros(array.shape, array.dtype) for name, array in of.items()} for path, of in params.items()
    }
    x = scratch.empty(array_shape(shape[1:], shape[0]), dtype)
    x.fill(0)
    recorder = Recorder()
    between: list[tuple[Array, Array, Calls]] = []

    def note(scores: Array) -> tuple[float, Array]:
        dscores = np.zeros_like(scores)
        between.append((scores, dscores, recorder.take()))
        return 0.0, dscores

    _, grads, _ = differentiate(segments, own, {}, x, note, Context(train=True, scratch=scratch, run=recorder.run))
    scores, dscores, forward_calls = between[0]
    return Recording(own, x, scores, dscores, grads, forward_calls, recorder.take())


class Recordings(threading.local):
    """The last recordings of one thread, by what they depend on. They lie over each other in memory."""

    def __init__(self) -> None:
        self._arenas = Arenas()
        self._kept: dict[Planned, Recording] = {}

    def of(self, segments: Segments, params: Tree, x: Array) -> Recording:
        """A recording for such arguments; made where there is none."""
        arena = self._arenas.of(segments, params, {}, x)
        if arena not in self._kept:
            known = self._arenas.known
            self._kept = {old: recording for old, recording in self._kept.items() if old in known}
            self._kept[arena] = record(segments, params, x.shape, x.dtype, arena)
        return self._kept[arena]

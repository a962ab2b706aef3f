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

from cnndsl.compiler.lower import Step, run_backward, run_forward
from cnndsl.compiler.scratch import Scratch, untracked
from cnndsl.layers._kind import Array, Shape, Tree
from cnndsl.layers._layout import array_shape, to_inner

Calls = tuple[Callable[[], object], ...]

# About 0.4 ms are spared; larger networks have longer calls besides.
_MOST_PARAMETERS = 1 << 18

# A batch is cut into pieces of at most two sizes, and so is a smaller one at the end of an epoch.
_KEPT = 4


class Recorder:
    """Makes calls and notes them: the ``run`` of a context."""

    def __init__(self) -> None:
        self._noted: list[Callable[[], object]] = []

    def run(self, function: Callable[..., object], /, *args: Any, **named: Any) -> None:
        """Call a function for what it writes, now and at each replay."""
        call = partial(function, *map(_kept, args), **{name: _kept(value) for name, value in named.items()})
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


def record(steps: tuple[Step, ...], params: Tree, shape: Shape, dtype: np.dtype[Any], scratch: Scratch) -> Recording:
    """The passes over images of ``shape`` (N, C, H, W) and parameters like ``params``.

    Recordings with one scratch lie over each other in memory: one has to be done before the next begins.
    """
    own = {
        path: {name: np.zeros(array.shape, array.dtype) for name, array in of.items()} for path, of in params.items()
    }
    x = np.zeros(array_shape(shape[1:], shape[0]), dtype)
    recorder = Recorder()
    scores, _, tape = run_forward(steps, own, {}, x, train=True, key=(), scratch=scratch, run=recorder.run)
    forward_calls = recorder.take()
    dscores = np.zeros_like(scores)
    _, grads = run_backward(steps, own, tape, dscores, scratch=scratch, run=recorder.run)
    return Recording(own, x, untracked(scores), dscores, grads, forward_calls, recorder.take())


def _kept(argument: Any) -> Any:
    """An argument as a call may keep it: its memory can serve other calls as soon as no layer sees it any more."""
    return untracked(argument) if isinstance(argument, np.ndarray) else argument


class Recordings(threading.local):
    """The last recordings of one thread, by what they depend on."""

    def __init__(self) -> None:
        self._scratch = Scratch()
        self._kept: dict[Any, Recording] = {}

    def of(self, steps: tuple[Step, ...], params: Tree, x: Array) -> Recording:
        """A recording for such arguments; made where there is none."""
        types = tuple(array.dtype for own in params.values() for array in own.values())
        key = x.shape, x.dtype, types
        recording = self._kept.pop(key, None) or record(steps, params, x.shape, x.dtype, self._scratch)
        self._kept[key] = recording
        if len(self._kept) > _KEPT:
            del self._kept[next(iter(self._kept))]
        return recording

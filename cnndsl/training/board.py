"""Memory that two processes share: the arrays of a step, and a place to exchange small ones in the middle of it."""

from __future__ import annotations

import mmap
import time
from collections.abc import Callable
from math import prod
from threading import Lock
from typing import Any

import numpy as np

from cnndsl.compiler.lower import Among
from cnndsl.layers._kind import Array

Layout = list[tuple[str, str, tuple[int, ...], str | np.dtype[Any]]]  # group, name, shape, type

# Looks before a process that waits for the other one gives its core away, and before it asks whether that still lives.
_PATIENCE, _DOUBT = 2_000, 3_000


class Board:
    """The shared memory, as arrays over one mapped file: trees of them by the name of their group."""

    def __init__(self, path: str, layout: Layout) -> None:
        with open(path, "r+b") as file:  # noqa: PTH123 - mmap wants the descriptor
            file.truncate(max(1, board_size(layout)))
            self._memory = mmap.mmap(file.fileno(), 0)
        self.trees: dict[str, dict[str, dict[str, Array]]] = {group: {} for group, *_ in layout}
        start = 0
        for group, name, shape, dtype in layout:
            array = np.ndarray(shape, dtype, self._memory, start)
            start += _padded(array.nbytes)
            owner, _, own = name.rpartition("/")
            self.trees[group].setdefault(owner, {})[own] = array


class Exchange:
    """Where the parts of a batch in two processes hand each other arrays of at most so many numbers.

    ``turns`` ``(parts,)`` are counters, ``slots`` ``(2, parts, numbers)`` the memory, two of them used by turns: nobody
    is two turns ahead, so nothing is overwritten that another part has not read. ``check`` raises an error if the other
    process is gone.
    """

    def __init__(self, turns: Array, slots: Array, part: int, check: Callable[[], None]) -> None:
        self._turns, self._slots, self._part, self._check = turns, slots, part, check
        self._turn = 0
        self._fence = Lock()

    @property
    def among(self) -> Among:
        """What a program is told of the other part."""
        return Among(len(self._turns), self.gather)

    def clear(self) -> None:
        """Begin at turn 0. For who asks, while nobody else is at work: what an old turn left must not be waited for."""
        self._turns[:] = 0
        self.join()

    def join(self) -> None:
        """Begin at turn 0, where somebody else has cleared."""
        self._turn = 0

    def gather(self, array: Array, out: Array) -> None:
        """As :attr:`cnndsl.layers._kind.Context.gather`."""
        self._turn += 1
        slots = self._slots[self._turn % 2]
        slots[self._part, : array.size].reshape(array.shape)[...] = array
        with self._fence:  # taking a lock keeps processors from reordering what is written before and after
            self._turns[self._part] = self._turn
        for part in range(len(slots)):
            if part != self._part:
                self._await(part)
            out[part] = slots[part, : array.size].reshape(array.shape)

    def _await(self, part: int) -> None:
        looks = 0
        while self._turns.item(part) < self._turn:
            looks += 1
            if looks > _PATIENCE:
                time.sleep(0)
            if looks > _DOUBT:
                self._check()
                looks = _PATIENCE
        with self._fence:
            pass


def board_size(layout: Layout) -> int:
    """Bytes that the arrays of a layout take."""
    return sum(_padded(prod(shape) * np.dtype(dtype).itemsize) for _, _, shape, dtype in layout)


def _padded(size: int) -> int:
    return -(-size // 64) * 64

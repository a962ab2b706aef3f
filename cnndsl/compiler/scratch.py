"""Memory that is used again at every step: fresh pages cost more than most layers.

An array handed out is a view of a block, and every view of it, or of a part of it, holds a reference to that block. So
a block is free again exactly when nobody can see it any more, which its reference count tells: nothing has to be given
back, nothing that escapes is ever overwritten, and what was used last, hence lies in the cache, is used next.
"""

from __future__ import annotations

import threading
from math import prod
from sys import getrefcount

import numpy as np
from numpy.typing import DTypeLike

from cnndsl.layers._kind import Array, Shape

_MOST_REQUESTS = 4096
_SLACK = 2  # a block serves requests of at least half its size


class _Slot:
    """The one place that refers to a block besides the views of it."""

    __slots__ = ("block",)

    def __init__(self, size: int) -> None:
        self.grow(size)

    def grow(self, size: int) -> None:
        """Replace the block."""
        self.block = np.empty(size, np.uint8)


_probe = _Slot(1)
_UNSEEN = getrefcount(_probe.block)  # the count of a block without views


class Scratch(threading.local):
    """Blocks of one thread."""

    def __init__(self) -> None:
        self._slots: list[_Slot] = []
        self._served: dict[tuple[Shape, DTypeLike], list[_Slot]] = {}

    def empty(self, shape: Shape, dtype: DTypeLike) -> Array:
        """An uninitialised array in a block that nobody sees."""
        for slot in self._served.get((shape, dtype), ()):
            if getrefcount(slot.block) == _UNSEEN:
                return np.ndarray(shape, dtype, slot.block)
        return np.ndarray(shape, dtype, self._find(shape, dtype).block)

    def _find(self, shape: Shape, dtype: DTypeLike) -> _Slot:
        """A slot for a request that none of its usual ones could serve."""
        size = prod(shape) * np.dtype(dtype).itemsize
        if len(self._served) > _MOST_REQUESTS:  # ever new batch sizes must not fill the memory with notes on each
            self._served.clear()
        served = self._served.setdefault((shape, dtype), [])
        idle = [slot for slot in self._slots if slot not in served and getrefcount(slot.block) == _UNSEEN]
        slot = next((slot for slot in idle if size <= slot.block.size <= _SLACK * size), None)
        if slot is None:
            slot = self._grown(size, idle)
        served.append(slot)
        return slot

    def _grown(self, size: int, idle: list[_Slot]) -> _Slot:
        """A slot with a new block; if possible one whose block is idle and nearly as large, which it replaces.

        So sizes that grow from step to step do not leave a trail of blocks.
        """
        for slot in idle:
            if size <= _SLACK * slot.block.size < _SLACK * size:
                slot.grow(size)
                return slot
        slot = _Slot(size)
        self._slots.append(slot)
        return slot

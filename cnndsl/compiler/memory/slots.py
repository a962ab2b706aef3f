"""Where in one block each array of a step lies: arrays that are seen at the same time lie apart.

The largest goes first, each into the tightest gap between those placed before that are seen while it is, or behind
them (greedy by size with best fit: Pisarchyk and Lee, "Efficient memory management for deep neural net inference",
2020). The least that any order can come to is the most that is seen at once.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import frozen

from cnndsl.compiler.memory.liveness import Request

_LINE = 64  # bytes of a cache line: so do the widest vector registers


@frozen
class Slots:
    """The offset of each request, in bytes, None where it outlives the step, and the size of the block."""

    offsets: tuple[int | None, ...]
    size: int


def place(requests: Sequence[Request]) -> Slots:
    """Offsets such that no two requests that are seen at once overlap."""
    starts = np.array([request.start for request in requests], np.int64)
    ends = np.array([-1 if request.end is None else request.end for request in requests], np.int64)
    sizes = np.array([padded(request.size) for request in requests], np.int64)
    offsets = np.full(len(requests), -1, np.int64)
    for number in sorted(np.flatnonzero(ends >= 0), key=lambda number: (-sizes[number], starts[number])):
        meets = (offsets >= 0) & (starts < ends[number]) & (ends > starts[number])
        by_offset = np.flatnonzero(meets)[np.argsort(offsets[meets], kind="stable")]
        taken = zip(offsets[by_offset].tolist(), (offsets + sizes)[by_offset].tolist(), strict=True)
        offsets[number] = _tightest(list(taken), int(sizes[number]))
    size = int((offsets + sizes)[offsets >= 0].max(initial=0))
    return Slots(tuple(None if offset < 0 else offset for offset in offsets.tolist()), size)


def padded(size: int) -> int:
    """Whole cache lines."""
    return -(-size // _LINE) * _LINE


def most_seen(requests: Sequence[Request]) -> tuple[int, int]:
    """The most bytes that are seen at once, and the number of the request that makes it so much."""
    change = np.zeros(len(requests) + 1, np.int64)
    for request in requests:
        if request.end is not None:
            change[request.start] += padded(request.size)
            change[request.end] -= padded(request.size)
    seen = np.cumsum(change)
    when = int(seen.argmax())
    return int(seen[when]), when


def _tightest(taken: list[tuple[int, int]], size: int) -> int:
    """The offset of the smallest gap that has room, between spans in order of their begin; else behind them all."""
    best, room, end = -1, 0, 0
    for start, stop in taken:
        if size <= start - end and (best < 0 or start - end < room):
            best, room = end, start - end
        end = max(end, stop)
    return end if best < 0 else best

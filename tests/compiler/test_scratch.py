"""Scratch memory: what anybody can still see is never handed out again, what nobody sees is."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from threading import Thread
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from cnndsl.compiler.scratch import Scratch
from cnndsl.layers._kind import Array
from tests.strategies import thorough

shapes = st.lists(st.integers(0, 6), min_size=1, max_size=3).map(tuple)
dtypes = st.sampled_from((np.float32, np.float64, np.bool_, np.int64))

# Ways to hold on to memory without holding the array that was handed out.
VIEWS: dict[str, Callable[[Array], Any]] = {
    "same": lambda array: array,
    "part": lambda array: array[: max(1, len(array) // 2)],
    "view of a view of a view": lambda array: array[::1].reshape(-1)[::2].T,
    "transposed": lambda array: array.T,
    "other type": lambda array: array.reshape(-1).view(np.uint8),
    "broadcast": lambda array: np.broadcast_to(array, (3, *array.shape)),
    "memoryview": lambda array: memoryview(array.reshape(-1).view(np.uint8)),
    "inside a container": lambda array: {"deep": [(array,)]}["deep"][0][0],
}


def address(array: Array) -> int:
    return array.__array_interface__["data"][0]


class Life(RuleBasedStateMachine):
    """Arrays are taken, kept in odd ways and dropped; each is filled with a number that nobody else writes."""

    def __init__(self) -> None:
        super().__init__()
        self.scratch = Scratch()
        self.kept: list[tuple[Any, int]] = []
        self.filled = 0

    @rule(shape=shapes, dtype=dtypes, view=st.sampled_from(sorted(VIEWS)))
    def take(self, shape: tuple[int, ...], dtype: type, view: str) -> None:
        array = self.scratch.empty(shape, dtype)
        assert array.shape == shape
        assert array.dtype == dtype
        assert array.flags.c_contiguous
        assert array.flags.writeable
        assert array.flags.aligned
        self.filled = self.filled % 100 + 1
        array.reshape(-1).view(np.uint8)[...] = self.filled
        self.kept.append((VIEWS[view](array), self.filled))

    @precondition(lambda self: self.kept)
    @rule(data=st.data())
    def drop(self, data: st.DataObject) -> None:
        del self.kept[data.draw(st.integers(0, len(self.kept) - 1))]

    @rule()
    def drop_all(self) -> None:
        self.kept.clear()

    @invariant()
    def what_is_kept_is_unwritten(self) -> None:
        for view, number in self.kept:
            seen = np.frombuffer(np.asarray(view).tobytes(), np.uint8)
            assert (seen == number).all()


TestLife = Life.TestCase
TestLife.settings = thorough(40)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dropped_memory_is_used_again(dtype: type) -> None:
    scratch = Scratch()
    first = scratch.empty((4, 100), dtype)
    place = address(first)
    del first
    assert address(scratch.empty((400,), dtype)) == place


def test_smaller_arrays_use_larger_memory_but_not_much_larger() -> None:
    scratch = Scratch()
    place = address(scratch.empty((1000,), np.uint8))
    assert address(scratch.empty((501,), np.uint8)) == place
    assert address(scratch.empty((100,), np.uint8)) != place


@pytest.mark.parametrize("view", [view for view in VIEWS if view != "same"])
def test_memory_is_not_used_again_while_a_view_of_it_lives(view: str) -> None:
    scratch = Scratch()
    array = scratch.empty((8, 8), np.float64)
    place, kept = address(array), VIEWS[view](array)
    del array
    assert address(scratch.empty((8, 8), np.float64)) != place
    del kept
    assert place in {address(scratch.empty((8, 8), np.float64)), address(scratch.empty((8, 8), np.float64))}


def test_a_loop_of_equal_steps_needs_no_memory_after_the_first() -> None:
    scratch = Scratch()

    def step() -> set[int]:
        arrays = [scratch.empty((size, 3), np.float32) for size in (5, 50, 500, 50)]
        return {address(array) for array in arrays}

    first = step()
    assert len(first) == 4
    assert all(step() == first for _ in range(5))


def test_sizes_that_grow_do_not_pile_up() -> None:
    tracemalloc.start()
    try:
        scratch = Scratch()
        for size in range(100_000, 300_000, 1000):
            scratch.empty((size,), np.uint8)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 4 * 300_000


def test_threads_share_nothing() -> None:
    scratch = Scratch()
    place = address(scratch.empty((1000,), np.uint8))
    found: list[int] = []
    thread = Thread(target=lambda: found.append(address(scratch.empty((1000,), np.uint8))))
    thread.start()
    thread.join()
    assert found != [place]
    assert address(scratch.empty((1000,), np.uint8)) == place

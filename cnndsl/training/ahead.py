"""Batches that are made while the last ones are worked off: one thread, and a bounded number of them."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial
from typing import Any, Final, TypeVar

T = TypeVar("T")

_END: Final[Any] = object()


@contextmanager
def ahead(items: Iterable[T], most: int = 2) -> Iterator[Iterator[T]]:
    """The items in their order, of which up to ``most`` are made before they are asked for, by another thread.

    An error among them is raised where its item would have come. Whoever leaves early waits for the item that is being
    made; no other is.
    """
    # NumPy's handling of floating-point errors is then that of whoever asks, on any thread.
    make = partial(copy_context().run, next, iter(items), _END)
    pool = ThreadPoolExecutor(1, "batches")
    try:
        yield _in_turn(partial(pool.submit, make), most)
    finally:
        pool.shutdown(cancel_futures=True)


def _in_turn(order: Callable[[], Future[Any]], most: int) -> Iterator[Any]:
    coming = deque(order() for _ in range(most))
    while (item := coming.popleft().result()) is not _END:
        coming.append(order())
        yield item


def timed(items: Iterable[T]) -> Iterator[tuple[T, float]]:
    """Each item, and the seconds that it was waited for."""
    source: Iterator[Any] = iter(items)
    began = time.perf_counter()
    while (item := next(source, _END)) is not _END:
        yield item, time.perf_counter() - began
        began = time.perf_counter()

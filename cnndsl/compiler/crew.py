"""Threads that share a batch: each works off pieces of it, or one part in step with the others.

NumPy gives the interpreter lock away while it computes, so threads scale where its calls are long.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from queue import SimpleQueue
from typing import TypeVar

import numpy as np

from cnndsl.layers._kind import Array

T = TypeVar("T")


class GivenUpError(RuntimeError):
    """Another part of the batch ended with an error."""


class Crew:
    """So many threads, the caller's own among them. They are started when they are first needed."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._pool = self._new_pool()
        if hasattr(os, "register_at_fork"):  # a forked child has this object, but not its threads
            os.register_at_fork(after_in_child=self._restart)

    def all(self, tasks: Sequence[Callable[[], T]]) -> list[T]:
        """The results of the tasks, at most ``size`` of them, all worked off at the same time, whatever they wait for.

        When all have ended, the first error is raised; one that says :class:`GivenUpError` only if there is no other.
        """
        if len(tasks) < 2:
            return [task() for task in tasks]
        with self._lock:  # two callers at once might each have half of the threads that they need, and wait for ever
            others = [self._pool.submit(_as_here(task)) for task in tasks[1:]]
            try:
                results = [tasks[0]()]
            except GivenUpError:
                results = []
            finally:
                errors = [error for other in others if (error := other.exception())]
            for error in sorted(errors, key=lambda error: isinstance(error, GivenUpError)):
                raise error
            return [*results, *(other.result() for other in others)]

    def _new_pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(max(1, self._size - 1), "cnndsl")

    def _restart(self) -> None:
        self._lock, self._pool = threading.Lock(), self._new_pool()


@cache
def crew(size: int) -> Crew:
    """The threads of this process that share work by ``size``."""
    return Crew(size)


def _as_here(task: Callable[[], T]) -> Callable[[], T]:
    """The task with this thread's settings of what NumPy does about overflows."""
    settings = np.geterr()

    def work() -> T:
        with np.errstate(**settings):
            return task()

    return work


class Meeting:
    """Where the parts of a batch that are worked off in step hand each other arrays."""

    def __init__(self, parts: int) -> None:
        self._parts = range(parts)
        self._posts: dict[tuple[int, int], SimpleQueue[Array | None]] = {
            (source, target): SimpleQueue() for source in self._parts for target in self._parts
        }

    def member(self, part: int) -> Callable[[Array, Array], None]:
        """The ``gather`` of a context for one part."""
        return partial(self._gather, part)

    def leave(self, part: int) -> None:
        """Let nobody wait for this part: whoever does gets an error."""
        for target in self._parts:
            self._posts[part, target].put(None)

    def _gather(self, part: int, array: Array, out: Array) -> None:
        own = array.copy()  # the others read it when this part has long gone on
        for target in self._parts:
            self._posts[part, target].put(own)
        for source in self._parts:
            given = self._posts[source, part].get()
            if given is None:
                raise GivenUpError
            out[source] = given

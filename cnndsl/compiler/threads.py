"""One BLAS thread inside a step: the products are too short to share, and one thread always gives the same bits."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController

_lock = threading.Lock()
_holders = 0  # the libraries have one setting a process, and so there is one count of who needs it
_before: list[tuple[Any, int]] = []


@cache
def _libraries() -> list[Any]:
    return [library for library in ThreadpoolController().lib_controllers if library.user_api == "blas"]


@contextmanager
def single_blas_thread() -> Iterator[None]:
    """Hold the BLAS libraries of this process at one thread; whoever leaves last gives back what they had."""
    _enter()
    try:
        yield
    finally:
        _leave()


def _enter() -> None:
    global _holders  # noqa: PLW0603 - see above
    with _lock:
        if _holders == 0:
            for library in _libraries():
                _before.append((library, library.get_num_threads()))
                _set_threads(library, 1)
        _holders += 1


def _leave() -> None:
    global _holders  # noqa: PLW0603 - see above
    with _lock:
        _holders -= 1
        while _holders == 0 and _before:
            _set_threads(*_before.pop())


def _set_threads(library: Any, count: int) -> None:
    # Newer versions of threadpoolctl heed only the first Python thread that sets a limit; here, under the lock, whoever
    # comes first or leaves last does.
    clear = getattr(library, "clear_controlling_thread", lambda **_: None)
    clear(force=True)
    library.set_num_threads(count)
    clear(force=True)

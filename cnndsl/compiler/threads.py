"""One BLAS thread inside a step: the products are too short to share, and one thread always gives the same bits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController

_held = 0  # the setting belongs to the process, and so does this count of who asked for it


@cache
def _controller() -> Any:
    return ThreadpoolController()


@contextmanager
def single_blas_thread() -> Iterator[None]:
    """Hold the BLAS libraries of this process at one thread, and give back what they had. Nested, it costs nothing."""
    global _held  # noqa: PLW0603 - the libraries have one setting a process
    if _held:
        yield
        return
    with _controller().limit(limits=1, user_api="blas"):
        _held += 1
        try:
            yield
        finally:
            _held -= 1

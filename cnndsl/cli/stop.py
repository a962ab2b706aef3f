"""Being told to stop: SIGTERM as an exception, as Ctrl-C is one; and both put off until a step is done."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NoReturn

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_STOPPING = b"cnndsl: stopping after this step, with a checkpoint; once more to leave at once\n"


class Terminated(BaseException):
    """SIGTERM came."""


def listen() -> None:
    """Raise :class:`Terminated` where SIGTERM comes."""
    signal.signal(signal.SIGTERM, _on_sigterm)


def ignore() -> None:
    """Let nothing interrupt what is left to do: the exit."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def put_off() -> Iterator[Callable[[], BaseException | None]]:
    """Note the first signal, raise at the second. Gives what tells whether one came, and what to raise then.

    It is raised at the end, if nobody did before.
    """
    noted: list[BaseException] = []

    def note(number: int, _frame: FrameType | None) -> None:
        error = KeyboardInterrupt() if number == signal.SIGINT else Terminated()
        if noted:
            raise error
        noted.append(error)
        with suppress(OSError):
            os.write(2, _STOPPING)  # not through the stream, which may be in the middle of a write

    before = {number: signal.signal(number, note) for number in _SIGNALS}
    try:
        yield lambda: noted[0] if noted else None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if noted:
        raise noted[0]


def _on_sigterm(_number: int, _frame: FrameType | None) -> NoReturn:
    raise Terminated

"""Being told to stop: SIGTERM as an exception, as Ctrl-C is one."""

from __future__ import annotations

import signal
from types import FrameType
from typing import NoReturn


class Terminated(BaseException):
    """SIGTERM came."""


def listen() -> None:
    """Raise :class:`Terminated` where SIGTERM comes."""
    signal.signal(signal.SIGTERM, _on_sigterm)


def ignore() -> None:
    """Let nothing interrupt what is left to do: the exit."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def _on_sigterm(_number: int, _frame: FrameType | None) -> NoReturn:
    raise Terminated

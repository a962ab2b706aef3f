"""Messages between this program and a helper of its own, through pipes."""

from __future__ import annotations

import os
import pickle
import select
from typing import Any

# A process that sleeps takes some 50 us to wake, so it looks again about that many microseconds first.
_PATIENCE = 300


def send(pipe: Any, message: Any) -> None:
    """Write a message, its length in front. The pipes lead from this program to itself, hence pickle."""
    data = pickle.dumps(message)
    pipe.write(len(data).to_bytes(8, "little") + data)
    pipe.flush()


def unblock(pipe: Any) -> None:
    """Let reads return at once when there is nothing, where the system has that for pipes."""
    if os.name == "posix":
        os.set_blocking(pipe.fileno(), False)


def receive(pipe: Any) -> Any:
    """Read a message; raises ``EOFError`` if the other side is gone."""
    return pickle.loads(_exactly(pipe, int.from_bytes(_exactly(pipe, 8), "little")))  # noqa: S301 - see `send`


def _exactly(pipe: Any, count: int) -> bytes:
    data = b""
    patience = _PATIENCE
    while len(data) < count:
        more = pipe.read(count - len(data))
        if more is None:  # nothing yet: look again for a while, then sleep until there is
            patience -= 1
            if patience < 0:
                select.select([pipe], [], [])
        elif more:
            data += more
        else:
            raise EOFError
    return data

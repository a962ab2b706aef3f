"""One run in a folder at a time."""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from cnndsl.errors import OutputError
from cnndsl.training.files import cannot_write
from cnndsl.training.remarks import Remark

LOCK = "run.lock"


@contextmanager
def locked(folder: Path) -> Iterator[tuple[Remark, ...]]:
    """Hold a folder; gives what there is to say of a run that held it and is gone.

    The operating system holds the lock for the process and lets go when it ends, however it ends; what the file says is
    for people.

    Raises
    ------
    OutputError
        Another run holds it (T606).
    """
    path = folder / LOCK
    descriptor = _take(path)
    try:
        before = _said(descriptor)
        os.ftruncate(descriptor, 0)
        owner = {"process": os.getpid(), "host": platform.node(), "since": time.strftime("%Y-%m-%d %H:%M:%S")}
        with suppress(OSError):  # as on a full disk: the lock holds all the same
            os.pwrite(descriptor, json.dumps(owner).encode(), 0)
        yield _of_a_run_that_is_gone(path, before)
    finally:
        with suppress(OSError):
            path.unlink()  # while it is held: nobody else has this very file
        os.close(descriptor)


def _take(path: Path) -> int:
    while True:
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o644)
        except OSError as error:
            raise cannot_write(path, error) from None
        try:
            _lock(descriptor)
        except (BlockingIOError, PermissionError):
            owner = _said(descriptor)
            os.close(descriptor)
            raise OutputError(
                f"{path.parent} belongs to a run that is going on{_who(owner)}",
                code="T606",
                hint="name another folder with --out, or wait for it",
            ) from None
        except OSError:  # a file system without locks
            return descriptor
        with suppress(OSError):
            if os.path.samestat(os.fstat(descriptor), path.stat()):
                return descriptor
        os.close(descriptor)  # whoever held it has removed it meanwhile


def _lock(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _said(descriptor: int) -> dict[str, Any]:
    """What the file says of its owner; nothing where it is empty, as between two lines of :func:`locked`."""
    try:
        found = json.loads(os.read(descriptor, 4096))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _who(owner: dict[str, Any]) -> str:
    if not owner:
        return ""
    return f": process {owner.get('process')} on {owner.get('host')}, since {owner.get('since')}"


def _of_a_run_that_is_gone(path: Path, owner: dict[str, Any]) -> tuple[Remark, ...]:
    if not owner:
        return ()
    message = f"{path} was left by a run that is gone{_who(owner)}; the folder is taken over"
    return (Remark("note", "T611", message, "`--resume auto` goes on where it was"),)

"""Writing what must survive: whole or not at all, and on the disk when the call returns."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from cnndsl.errors import OutputError

_PREFIX = ".cnndsl-unfinished-"


def prepare_folder(folder: Path) -> None:
    """Make the folder if need be, and see that it can be written to.

    Raises
    ------
    OutputError
        It cannot be, said before any work is done.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f"{_PREFIX}{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()
    except (FileExistsError, NotADirectoryError):
        message = f"cannot write to {folder}: it, or what it is in, is a file and not a folder"
        raise OutputError(message, hint="name another folder with --out") from None
    except OSError as error:
        raise cannot_write(folder, error) from None


def make_folder(folder: Path) -> None:
    """Make a folder in one that is there; it is on the disk when the call returns. ``OutputError`` if it cannot be."""
    try:
        if not folder.is_dir():
            folder.mkdir()
            _sync_folder(folder.parent)
    except OSError as error:
        raise cannot_write(folder, error) from None


def remove_unfinished(folder: Path) -> None:
    """Remove what writes that were cut off have left; no other run may be writing there."""
    for stray in folder.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            stray.unlink()


def write_durably(path: Path, data: bytes) -> None:
    """Replace a file's content at a stroke: a crash at any moment leaves the old content or the new.

    Raises
    ------
    OutputError
        The disk is full or the folder cannot be written to; the old content is intact.
    """
    unfinished = path.with_name(f"{_PREFIX}{os.getpid()}-{path.name}")
    try:
        unfinished.unlink(missing_ok=True)  # of a process that was killed and had the same number
        with unfinished.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise cannot_write(path, error) from None
    finally:
        with suppress(OSError):
            unfinished.unlink()


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":  # elsewhere a folder cannot be opened, and need not be
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def cannot_write(path: Path, error: OSError) -> OutputError:
    """What is said of a file or folder that the system does not let us write."""
    reason = error.strerror or type(error).__name__
    return OutputError(f"cannot write {path}: {reason}", hint="name another folder with --out")

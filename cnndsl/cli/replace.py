"""Writing where a user may have a file: none is lost unasked; one that is written over is so whole or not at all."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from cnndsl.errors import OutputError


def replace_text(path: str, text: str) -> None:
    """Give a file a new text (UTF-8, line ends as they are); a crash at any moment leaves the old one or the new.

    A link stays a link: the file that it names is written.

    Raises
    ------
    OutputError
        The file is read-only, the folder cannot be written to or the disk is full; the old text is intact.
    """
    target = Path(os.path.realpath(path))
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.unfinished")
    try:
        mode = stat.S_IMODE(target.stat().st_mode)
        if not os.access(target, os.W_OK):
            raise PermissionError(13, "it is read-only")
        with unfinished.open("xb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        unfinished.chmod(mode)
        unfinished.replace(target)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or type(error).__name__}") from None
    finally:
        with suppress(OSError):
            unfinished.unlink()


def write_new(path: str, text: str, *, force: bool) -> None:
    """Write a new file (UTF-8, line ends as they are); only with ``force`` over one that is there.

    Raises
    ------
    OutputError
        There is a file already, or it cannot be written.
    """
    if force and os.path.lexists(path):
        replace_text(path, text)
        return
    try:
        # Exclusive: what somebody else writes at the same moment is not lost either.
        with Path(path).open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise there_already(path) from None
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}", hint="name another with --out") from None


def there_already(path: str) -> OutputError:
    """The error that a file is not written over unasked."""
    return OutputError(f"{path} is there already", hint="name another with --out, or write over it with --force")

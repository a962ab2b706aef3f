"""Writing over a user's file: whole or not at all, with the permissions it had."""

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

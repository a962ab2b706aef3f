"""Room for arrays: in memory where they are small, else in a file that nobody sees, which the system pages in and out.

So a data set that is larger than the memory is prepared and trained on all the same. The file has no name: it is gone
with the array, however the process ends.
"""

from __future__ import annotations

import math
import mmap
import os
import shutil
import tempfile
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from cnndsl.data.dataset import Images, Pixels
from cnndsl.data.fetch import cache_folder
from cnndsl.errors import InputError, OutputError, SettingsError

_IN_MEMORY = 1024  # MiB that one array may have in memory
_CHUNK = 1 << 24  # bytes that are copied at a time


def room(shape: tuple[int, ...], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """An array of a shape, its content arbitrary: mapped where it is larger than CNNDSL_MEMORY allows (in MiB).

    Raises OutputError where the disk has no room for it.
    """
    size = math.prod(shape) * np.dtype(dtype).itemsize
    if size <= _allowed():
        return np.empty(shape, dtype)
    with _nameless() as file:
        _reserve(file, size)
        return np.frombuffer(mmap.mmap(file.fileno(), size), dtype).reshape(shape)


def collect(images: Images, which: npt.NDArray[np.intp]) -> Pixels:
    """The images with these indices, in room of their own: uint8 (len(which), C, H, W), read a few at a time."""
    chosen = room((len(which), *images.shape[1:]), np.uint8)
    step = images_at_a_time(images.shape[1:])
    for start in range(0, len(which), step):
        chosen[start : start + step] = images[which[start : start + step]]
    return chosen


def images_at_a_time(shape: tuple[int, ...], itemsize: int = 1) -> int:
    """How many images of a shape are worked off at once, so that what is held beside them stays small."""
    return max(1, _CHUNK // max(1, math.prod(shape) * itemsize))


def _allowed() -> int:
    text = os.environ.get("CNNDSL_MEMORY", str(_IN_MEMORY))
    if not text.isascii() or not text.isdigit():
        hint = "write a whole number: CNNDSL_MEMORY=1024"
        raise SettingsError(f"CNNDSL_MEMORY = {text!r} is no number of MiB", code="C407", hint=hint)
    return int(text) << 20


def _nameless() -> BinaryIO:
    try:
        return tempfile.TemporaryFile(dir=cache_folder("mapped"))
    except (OSError, InputError):  # no cache to write to
        return tempfile.TemporaryFile()


def _reserve(file: BinaryIO, size: int) -> None:
    """Have the disk's blocks at once: where a mapped file finds none later, the process is killed."""
    try:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, size)
        else:
            file.truncate(size)
    except OSError as error:
        free = shutil.disk_usage(cache_folder("mapped")).free >> 20
        message = f"{size >> 20:,} MiB of images do not fit the disk: {error.strerror} ({free:,} MiB free)"
        raise OutputError(message, hint="fewer images, or set CNNDSL_CACHE to a folder on a larger disk") from error

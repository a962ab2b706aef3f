"""Opening files that somebody else wrote: only regular ones, gunzipped where they need it, every failure an InputError.

Compressed or not is told by content, never by name.
"""

from __future__ import annotations

import gzip
import os
import re
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from attrs import frozen

from cnndsl.data.dataset import Labels, Pixels
from cnndsl.errors import InputError

StrPath = str | os.PathLike[str]

_GZIP_MAGIC = b"\x1f\x8b"
_DEFLATE_BOUND = 1032  # no deflate stream grows by more than this when it is unpacked
_CHUNK = 1 << 20
_HTML = re.compile(rb"(\xef\xbb\xbf)?\s*<(!doctype|!--|html|head|body|\?xml)", re.IGNORECASE)
_KINDS = {
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


@frozen(eq=False)
class Content:
    """The unpacked content of a file. ``capacity`` is the most bytes it can be: exact unless the file is gzipped."""

    path: Path
    stream: BinaryIO
    capacity: int


def missing(path: StrPath, why: str, hint: str = "") -> InputError:
    """D503: not there, or not to be had."""
    return InputError(f"{path}: {why}", code="D503", hint=hint or "check the path and its permissions")


def corrupt(path: StrPath, why: str, hint: str = "") -> InputError:
    """D510: cut short, padded or damaged."""
    return InputError(f"{path}: {why}", code="D510", hint=hint or "the file is damaged: download it again")


def wrong_format(path: StrPath, why: str, hint: str = "") -> InputError:
    """D511: a file of another kind."""
    return InputError(f"{path}: {why}", code="D511", hint=hint or "check that this is the file that was meant")


def is_directory(path: StrPath) -> bool:
    """Tell whether this is a directory; False too where a parent may not be searched."""
    try:
        return Path(path).is_dir()
    except OSError:
        return False


def refuse_html(path: StrPath, head: bytes) -> None:
    """Name the usual reason for an unknown format: a web page saved under the name of the data file."""
    if _HTML.match(head):
        hint = "the download ended at a web page: open the address in a browser and save the file itself"
        raise wrong_format(path, "is a web page (HTML), not data", hint)


@contextmanager
def open_content(path: StrPath) -> Iterator[Content]:
    """Open a regular file for reading, through gunzip where it is gzipped.

    Errors of the operating system and of the decompressor, raised here or in the body, become InputError: D503 where
    the file cannot be opened, D510 where it is corrupt, D511 where it is not a regular file.
    """
    path = Path(path)
    with open_regular(path) as file, _stream_errors(path):
        size = os.fstat(file.fileno()).st_size
        zipped = file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
        file.seek(0)
        if zipped:
            with gzip.GzipFile(fileobj=file) as unzipped:
                yield Content(path, cast("BinaryIO", unzipped), size * _DEFLATE_BOUND)
        else:
            yield Content(path, file, size)


def open_regular(path: StrPath) -> BinaryIO:
    """Open a regular file, of which nothing else is known. Raises InputError: D503 not there, D511 no regular file."""
    path = Path(path)
    try:
        mode = path.stat().st_mode  # looked at before opening: to open a pipe is to wait for its writer
        if stat.S_ISREG(mode):
            return path.open("rb")
    except FileNotFoundError:
        raise missing(path, "not found") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or error
        raise missing(path, f"cannot be read: {reason}") from error
    kind = _KINDS.get(stat.S_IFMT(mode), "something else")
    raise wrong_format(path, f"is {kind}, not a regular file")


@contextmanager
def _stream_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except EOFError as error:
        raise corrupt(path, "truncated: the compressed data end too early") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise corrupt(path, f"the gzip data are damaged ({error})") from error
    except OSError as error:
        raise corrupt(path, f"reading failed: {error.strerror or error}") from error


def read_exactly(content: Content, size: int) -> Pixels:
    """Read the next ``size`` bytes: uint8 (size,), in memory of its own.

    The caller has compared ``size`` with ``content.capacity``, so that a lying header allocates nothing.
    Raises InputError D510 when the content ends before.
    """
    data = np.empty(size, np.uint8)
    read = read_into(content, data)
    if read < size:
        raise corrupt(content.path, f"truncated: {size:,} more bytes expected, {read:,} there")
    return data


def read_into(content: Content, data: Pixels) -> int:
    """Fill ``data``, uint8 (size,), piece by piece; returns how many bytes there were, at most its size."""
    view, filled = data.data, 0
    while filled < len(data):
        piece = content.stream.read(min(_CHUNK, len(data) - filled))
        if not piece:
            break
        view[filled : filled + len(piece)] = piece
        filled += len(piece)
    return filled


def refuse_more(content: Content) -> None:
    """Raise InputError D510 unless the content ends here; a gzip checksum is verified at that point."""
    if content.stream.read(1):
        raise corrupt(content.path, "goes on after its last record: trailing bytes that do not belong to it")


def check_labels(path: StrPath, labels: Labels | Pixels, classes: int) -> None:
    """Raise InputError D513, naming the first offender, unless every label (N,) is from 0 to below ``classes``.

    Labels that begin at 1 and end at ``classes`` are D502.
    """
    if len(labels) and labels.min() == 1 and labels.max() == classes:
        found = f"labels run 1..{classes}, expected 0..{classes - 1}"
        hint = "say `label_base = 1` in `data`, or subtract 1 from each label"
        raise InputError(f"{path}: {found}", code="D502", hint=hint)
    wrong = np.flatnonzero((labels < 0) | (labels >= classes))
    if len(wrong):
        first = int(wrong[0])
        found = f"label {labels[first]} at index {first} is not in 0..{classes - 1} ({len(wrong):,} such labels)"
        raise InputError(f"{path}: {found}", code="D513", hint="the file is damaged, or of another data set")


def based(path: StrPath, labels: Labels | Pixels, base: int) -> Labels:
    """Labels that are numbered from ``base`` as classes from 0: int64 (N,); D513 for one below."""
    wrong = np.flatnonzero(labels < base)
    if len(wrong):
        found = f"label {labels[wrong[0]]} at index {wrong[0]} is below label_base = {base}"
        raise InputError(f"{path}: {found}", code="D513", hint="leave `label_base` out")
    return labels.astype(np.int64) - base

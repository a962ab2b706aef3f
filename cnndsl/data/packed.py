"""The members of an ``.npz`` or of a folder of ``.npy`` files: mapped where they are stored as they are, checked first.

A header is compared with the bytes there are before anything is allocated, and no object is ever unpickled.
"""

from __future__ import annotations

import ast
import math
import mmap
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
import numpy.typing as npt
from attrs import frozen

from cnndsl.data.files import StrPath, corrupt, is_directory, open_regular, refuse_html, wrong_format
from cnndsl.data.storage import room
from cnndsl.errors import CnndslError, clip

Array = npt.NDArray[Any]

_CHUNK = 1 << 20
_MOST_MEMBERS = 100
_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
_MOST_SMALL = 1 << 30  # bytes of an array that is read whole, such as labels
_MOST_HEADER = 10_000
_DEFLATE_BOUND = 1032  # no deflate stream grows by more than this when it is unpacked
_NUMBERS = re.compile(r"[<>|=]?([biufUS]\d{1,9}|\?)")  # how NumPy spells types of numbers and of text
_DAMAGE = (OSError, EOFError, ValueError, zipfile.BadZipFile, zlib.error, struct.error)
_PICKLED = "holds Python objects (a pickle), which are never opened"


@frozen
class Header:
    """What an array's first bytes say, and where its numbers begin."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    fortran: bool
    start: int

    @property
    def size(self) -> int:
        """Bytes of the numbers."""
        return math.prod(self.shape) * self.dtype.itemsize


@frozen(eq=False)
class Packed:
    """Arrays by name. ``open_member`` opens one; ``place`` says in which file it lies as it is, from which byte on."""

    path: Path
    sizes: dict[str, int]
    open_member: Callable[[str], IO[bytes]]
    place: Callable[[str], tuple[Path, int] | None]

    @property
    def names(self) -> tuple[str, ...]:
        """The arrays' names."""
        return tuple(self.sizes)

    def read(self, name: str) -> Array:
        """A small array, such as labels, in memory."""
        with self._opened(name) as (stream, header):
            if header.size > _MOST_SMALL:
                raise corrupt(f"{self.path}: {name}", f"claims {header.size:,} bytes, too many for such an array")
            return self._filled(stream, header, np.empty(header.shape, header.dtype))

    def mapped(self, name: str) -> Array:
        """An array of any size, read-only: mapped from where it lies, once its checksum was seen to be right."""
        with self._opened(name) as (stream, header):
            place = self.place(name)
            if place is None or not header.size:
                array = self._filled(stream, header, room(header.shape, header.dtype))
                array.flags.writeable = False
                return array
            while stream.read(_CHUNK):  # to the end, where the checksum is compared
                pass
        path, start = place
        with open_regular(path) as file:
            view = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        flat = np.frombuffer(view, header.dtype, math.prod(header.shape), start + header.start)
        return flat.reshape(header.shape, order="F" if header.fortran else "C")

    @contextmanager
    def _opened(self, name: str) -> Iterator[tuple[IO[bytes], Header]]:
        where = f"{self.path}: {name}"
        try:
            with self.open_member(name) as stream:
                yield stream, _header(where, stream, self.sizes[name])
        except CnndslError:
            raise
        except (*_DAMAGE, NotImplementedError) as error:
            raise corrupt(where, f"cannot be read ({error})") from error
        except RuntimeError as error:  # of a member with a password
            raise wrong_format(where, f"cannot be read ({error})") from error

    def _filled(self, stream: IO[bytes], header: Header, array: Array) -> Array:
        flat = array.reshape(-1).view(np.uint8)
        done = 0
        while done < header.size:
            piece = stream.read(min(_CHUNK, header.size - done))
            if not piece:
                raise corrupt(self.path, f"truncated: {header.size:,} bytes of numbers expected, {done:,} there")
            flat[done : done + len(piece)] = np.frombuffer(piece, np.uint8)
            done += len(piece)
        stream.read(1)  # the end, where the checksum is compared
        return array.reshape(-1).reshape(header.shape, order="F") if header.fortran else array


def _header(where: str, stream: IO[bytes], size: int) -> Header:
    """Read an array's header, and see that the numbers it promises are there."""
    before = stream.read(6)
    if before != b"\x93NUMPY":
        refuse_html(where, before)
        raise wrong_format(where, "is not an array in NumPy's format")
    version = tuple(stream.read(2))
    width = {(1, 0): 2, (2, 0): 4, (3, 0): 4}.get(cast("tuple[int, int]", version))
    if width is None:
        raise wrong_format(where, f"is of version {'.'.join(map(str, version))} of NumPy's format")
    text = stream.read(width)
    length = int.from_bytes(text, "little")
    if length > _MOST_HEADER:
        raise corrupt(where, f"claims a header of {length:,} bytes")
    shape, fortran, dtype = _described(where, stream.read(length).decode("utf-8" if version == (3, 0) else "latin-1"))
    header = Header(shape, dtype, fortran, 8 + width + length)
    if header.size + header.start != size:
        claim = f"the header claims {' x '.join(map(str, shape)) or 1} {dtype} = {header.size:,} bytes"
        raise corrupt(where, f"{claim}, there are {max(0, size - header.start):,}")
    return header


def _described(where: str, text: str) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    try:
        said = ast.literal_eval(text.strip())
        shape, fortran, description = said["shape"], said["fortran_order"], said["descr"]
    except (ValueError, SyntaxError, TypeError, KeyError, MemoryError, RecursionError) as error:
        raise corrupt(where, f"its header cannot be read ({type(error).__name__})") from None
    if "O" in str(description):
        raise wrong_format(where, _PICKLED, "save the arrays as numbers")
    whole = isinstance(shape, tuple) and len(shape) <= 32 and all(type(one) is int and one >= 0 for one in shape)
    if not whole or not isinstance(fortran, bool) or not isinstance(description, str):
        raise wrong_format(where, f"holds {clip(str(description))} {clip(str(shape))}", "arrays of numbers are wanted")
    if not _NUMBERS.fullmatch(description):
        raise wrong_format(where, f"holds values of type {clip(description)}", "arrays of numbers are wanted")
    try:
        return shape, fortran, np.dtype(description)
    except (TypeError, ValueError) as error:
        raise corrupt(where, f"its header cannot be read ({error})") from None


@contextmanager
def open_packed(path: StrPath) -> Iterator[Packed]:
    """The arrays of an ``.npz`` or of a folder of ``.npy`` files. Raises InputError D503, D510 or D511."""
    path = Path(path)
    if is_directory(path):
        files = {file.stem: file for file in sorted(path.glob("*.npy"))}
        sizes = {name: _size(file) for name, file in files.items()}
        yield Packed(path, sizes, lambda name: open_regular(files[name]), lambda name: (files[name], 0))
        return
    with open_regular(path) as file:
        head = file.read(100)
        refuse_html(path, head)
        if head.startswith(b"\x93NUMPY"):
            hint = "put images.npy and labels.npy into a folder and name that, or save both as one .npz"
            raise wrong_format(path, "is one array, without labels", hint)
        with _archive(path, file) as archive:
            members = _members(path, archive, os.fstat(file.fileno()).st_size)
            yield Packed(
                path,
                {name: info.file_size for name, info in members.items()},
                lambda name: archive.open(members[name]),
                lambda name: _place(path, file, members[name]),
            )


def _size(path: Path) -> int:
    with open_regular(path) as file:
        return os.fstat(file.fileno()).st_size


def _archive(path: Path, file: IO[bytes]) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except (*_DAMAGE, NotImplementedError) as error:
        file.seek(0)
        if file.read(2) == b"PK":
            raise corrupt(path, f"truncated or damaged: its list of members is not there ({error})") from error
        raise wrong_format(path, "is not an .npz", "save it with numpy.savez") from error


def _members(path: Path, archive: zipfile.ZipFile, size: int) -> dict[str, zipfile.ZipInfo]:
    infos = archive.infolist()
    if len(infos) > _MOST_MEMBERS:
        raise wrong_format(path, f"holds {len(infos):,} members, more than {_MOST_MEMBERS}")
    members: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        if not info.filename.endswith(".npy"):
            continue
        if info.file_size > min(info.compress_size, size) * _DEFLATE_BOUND:
            claim = f"claims {info.file_size:,} bytes, the {min(info.compress_size, size):,} there cannot hold them"
            raise corrupt(f"{path}: {clip(info.filename)}", claim)
        members.setdefault(info.filename.removesuffix(".npy"), info)
    return members


def _place(path: Path, file: IO[bytes], info: zipfile.ZipInfo) -> tuple[Path, int] | None:
    """Where a member's bytes lie that is neither compressed nor encrypted."""
    if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1:
        return None
    file.seek(info.header_offset)
    local = file.read(_LOCAL_HEADER.size)
    *_, name, extra = _LOCAL_HEADER.unpack(local)  # zipfile has compared it with the list of members
    return path, info.header_offset + _LOCAL_HEADER.size + name + extra

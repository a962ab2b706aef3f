"""CIFAR-10 in its binary form, as a directory or as the ``.tar.gz`` it is published as.

A batch is at most 10,000 records of 3,073 bytes: the label, then 3 x 32 x 32 pixels (C, H, W).
https://www.cs.toronto.edu/~kriz/cifar.html. The other form, for Python, is a pickle, which can run any code when it is
opened: it is recognised by name and never read.
"""

from __future__ import annotations

import os
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

import numpy as np

from cnndsl.data.dataset import Dataset, Labelled, Pixels
from cnndsl.data.files import (
    Content,
    StrPath,
    check_labels,
    corrupt,
    is_directory,
    missing,
    open_content,
    read_into,
    refuse_html,
    wrong_format,
)
from cnndsl.errors import InputError

CIFAR10_CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
CIFAR10_ARCHIVE = "cifar-10-binary.tar.gz"
_FOLDER = "cifar-10-batches-bin"
_TRAIN = tuple(f"data_batch_{number}.bin" for number in range(1, 6))
_TEST = "test_batch.bin"
_HINT = f"the binary version is wanted: {CIFAR10_ARCHIVE}, or a folder with data_batch_1.bin .. and test_batch.bin"
_SHAPE = (3, 32, 32)
_RECORD = 1 + 3 * 32 * 32
_MAX_BATCH = 10_000 * _RECORD
_MAX_CONTENT = len((*_TRAIN, _TEST)) * _MAX_BATCH + (1 << 20)  # six batches, and 1 MiB for all the rest of an archive
_MAX_MEMBERS = 100
_PICKLE = re.compile(r"(data_batch_\d|test_batch|batches\.meta|cifar-10-batches-py|cifar-10-python\.tar(\.gz)?)")


def read_cifar10(path: StrPath) -> Dataset:
    """Read CIFAR-10 from the archive, or from a directory that holds it, its folder, or the ``.bin`` files.

    The training set is whatever there is of ``data_batch_1.bin`` to ``data_batch_5.bin``, in that order.

    Raises InputError: D503 not there, D510 truncated or damaged, D511 another format (the pickles for Python among
    them), D513 a label above 9, naming the first.
    """
    location = _locate(Path(path))
    batches = dict(_directory_batches(location) if is_directory(location) else _archive_batches(location))
    train = [batches[name] for name in _TRAIN if name in batches]
    if not train or _TEST not in batches:
        lacking = _TEST if train else "data_batch_*.bin"
        raise missing(location, f"{lacking} not found", _HINT)
    return Dataset(
        name="cifar10",
        train=_labelled(train),
        test=_labelled([batches[_TEST]]),
        classes=CIFAR10_CLASSES,
        source=f"the binary CIFAR-10 files in {location}",
    )


def _locate(path: Path) -> Path:
    """Return the folder with the ``.bin`` files, or the archive."""
    if _PICKLE.fullmatch(path.name):
        raise _refuse_pickle(path)
    if not is_directory(path):
        return path
    for folder in (path, path / _FOLDER):
        if any(os.path.lexists(folder / name) for name in (*_TRAIN, _TEST)):
            return folder
    archives = sorted(path.glob("cifar-10-binary*.tar.gz"), key=lambda file: (file.name != CIFAR10_ARCHIVE, file.name))
    if archives:
        return archives[0]
    for found in path.glob("*"):
        if _PICKLE.fullmatch(found.name):
            raise _refuse_pickle(found)
    raise missing(path, "CIFAR-10 not found", _HINT)


def _refuse_pickle(path: StrPath) -> InputError:
    return wrong_format(path, "is CIFAR-10's version for Python, a pickle, which is never opened", _HINT)


def _directory_batches(folder: Path) -> Iterator[tuple[str, Pixels]]:
    for path in (folder / name for name in (*_TRAIN, _TEST)):
        if os.path.lexists(path):
            with open_content(path) as content:
                data = np.empty(min(content.capacity, _MAX_BATCH + 1), np.uint8)
                data = data[: read_into(content, data)]
            yield path.name, _records(path, data)


def _archive_batches(path: Path) -> Iterator[tuple[str, Pixels]]:
    """Read the batches out of a tar stream; nothing is written to disk."""
    with open_content(path) as content:
        refuse_html(path, content.stream.read(100))
        content.stream.seek(0)
        bounded = _Bounded(content)
        try:
            with _open_tar(path, bounded) as archive:
                yield from _members(path, archive)
        except (tarfile.TarError, ValueError, RecursionError) as error:
            raise corrupt(path, f"the tar archive is damaged ({error})") from error
        bounded.drain()


def _open_tar(path: Path, source: _Bounded) -> tarfile.TarFile:
    try:
        return tarfile.open(fileobj=cast("BinaryIO", source), mode="r|")  # of a file only read is used
    except tarfile.TarError as error:  # the first header is read at once
        raise wrong_format(path, f"is not a tar archive ({error})", _HINT) from error


class _Bounded:
    """What tarfile reads from; it refuses to unpack more than CIFAR-10 can be, so a bomb neither fills nor hangs."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._left = _MAX_CONTENT

    def read(self, size: int) -> bytes:
        data = self._content.stream.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise wrong_format(self._content.path, f"unpacks to more than {_MAX_CONTENT:,} bytes: not CIFAR-10", _HINT)
        return data

    def drain(self) -> None:
        """Read to the end, where gzip compares its checksum."""
        while self.read(1 << 16):
            pass


def _members(path: Path, archive: tarfile.TarFile) -> Iterator[tuple[str, Pixels]]:
    seen: set[str] = set()
    for count, member in enumerate(archive, start=1):
        name, where = PurePosixPath(member.name).name, f"{path}: {member.name}"
        if count > _MAX_MEMBERS:
            raise wrong_format(path, f"holds more than {_MAX_MEMBERS} files: not CIFAR-10's archive", _HINT)
        if _PICKLE.fullmatch(name):
            raise _refuse_pickle(where)
        if name in (*_TRAIN, _TEST):
            if name in seen:
                raise wrong_format(where, "is in the archive twice")
            seen.add(name)
            yield name, _records(where, _extract(where, archive, member))


def _extract(where: str, archive: tarfile.TarFile, member: tarfile.TarInfo) -> Pixels:
    if member.type not in {tarfile.REGTYPE, tarfile.AREGTYPE} or member.issparse():
        raise wrong_format(where, "is not a regular file")
    _check_size(where, member.size)
    file = archive.extractfile(member)
    return np.frombuffer(file.read() if file else b"", np.uint8)


def _check_size(where: StrPath, size: int) -> None:
    if size > _MAX_BATCH:
        raise wrong_format(where, f"more than 10,000 records of {_RECORD:,} bytes: not a batch of CIFAR-10")
    if size <= 0 or size % _RECORD:
        raise corrupt(where, f"truncated: {size:,} bytes are not a whole number of records of {_RECORD:,}")


def _records(where: StrPath, data: Pixels) -> Pixels:
    """Check one batch's content; returns uint8 (records, 3073)."""
    refuse_html(where, data[:100].tobytes())
    _check_size(where, len(data))
    records = data.reshape(-1, _RECORD)
    check_labels(where, records[:, 0], len(CIFAR10_CLASSES))
    return records


def _labelled(batches: list[Pixels]) -> Labelled:
    count = sum(map(len, batches))
    images = np.concatenate([batch[:, 1:] for batch in batches]).reshape(count, *_SHAPE)
    labels = np.concatenate([batch[:, 0] for batch in batches]).astype(np.int64)
    return Labelled(images=images, labels=labels)

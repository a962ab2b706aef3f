"""CIFAR-10 and CIFAR-100 in their binary form, as a directory or as the ``.tar.gz`` they are published as.

A file is a row of records: the label, then 3 x 32 x 32 pixels (C, H, W); CIFAR-100 has two labels, the coarse one,
which is not used, before the fine one. The other form, for Python, is a pickle, which can run any code when it is
opened: it is recognised by name and never read.
"""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

import numpy as np

from cnndsl.data.cifar_forms import CIFAR10, CIFAR100, SHAPE, Form
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

_MAX_MEMBERS = 100


def read_cifar10(path: StrPath) -> Dataset:
    """Read CIFAR-10 from the archive, or from a directory that holds it, its folder, or the ``.bin`` files.

    The training set is whatever there is of ``data_batch_1.bin`` to ``data_batch_5.bin``, in that order.

    Raises InputError: D503 not there, D510 truncated or damaged, D511 another format (the pickles for Python among
    them), D513 a label above 9, naming the first.
    """
    return _read(path, CIFAR10)


def read_cifar100(path: StrPath) -> Dataset:
    """Read CIFAR-100 with its 100 fine classes, as :func:`read_cifar10` reads the other."""
    return _read(path, CIFAR100)


def _read(path: StrPath, form: Form) -> Dataset:
    location = _locate(Path(path), form)
    found = _directory_batches(location, form) if is_directory(location) else _archive_batches(location, form)
    batches = dict(found)
    train = [batches[name] for name in form.train if name in batches]
    if not train or form.test not in batches:
        lacking = form.test if train else form.train[0].replace("_1", "_*")
        raise missing(location, f"{lacking} not found", form.hint)
    return Dataset(
        name=form.name,
        train=_labelled(train, form),
        test=_labelled([batches[form.test]], form),
        classes=form.classes,
        source=f"the binary {form.title} files in {location}",
    )


def _locate(path: Path, form: Form) -> Path:
    """Return the folder with the ``.bin`` files, or the archive."""
    if form.pickles.fullmatch(path.name) and not (is_directory(path) and _has_files(path, form)):
        raise _refuse_pickle(path, form)
    if not is_directory(path):
        return path
    for folder in (path, path / form.folder):
        if _has_files(folder, form):
            return folder
    wanted = form.archive.removesuffix(".tar.gz")
    archives = sorted(path.glob(f"{wanted}*.tar.gz"), key=lambda file: (file.name != form.archive, file.name))
    if archives:
        return archives[0]
    for found in path.glob("*"):
        if form.pickles.fullmatch(found.name):
            raise _refuse_pickle(found, form)
    raise missing(path, f"{form.title} not found", form.hint)


def _has_files(folder: Path, form: Form) -> bool:
    return any(os.path.lexists(folder / name) for name in (*form.train, form.test))


def _refuse_pickle(path: StrPath, form: Form) -> InputError:
    return wrong_format(path, f"is {form.title}'s version for Python, a pickle, which is never opened", form.hint)


def _directory_batches(folder: Path, form: Form) -> Iterator[tuple[str, Pixels]]:
    for path in (folder / name for name in (*form.train, form.test)):
        if os.path.lexists(path):
            with open_content(path) as content:
                data = np.empty(min(content.capacity, form.most_records * form.record + 1), np.uint8)
                data = data[: read_into(content, data)]
            yield path.name, _records(path, data, form)


def _archive_batches(path: Path, form: Form) -> Iterator[tuple[str, Pixels]]:
    """Read the batches out of a tar stream; nothing is written to disk."""
    with open_content(path) as content:
        refuse_html(path, content.stream.read(100))
        content.stream.seek(0)
        bounded = _Bounded(content, form)
        try:
            with _open_tar(path, bounded, form) as archive:
                yield from _members(path, archive, form)
        except (tarfile.TarError, ValueError, RecursionError) as error:
            raise corrupt(path, f"the tar archive is damaged ({error})") from error
        bounded.drain()


def _open_tar(path: Path, source: _Bounded, form: Form) -> tarfile.TarFile:
    try:
        return tarfile.open(fileobj=cast("BinaryIO", source), mode="r|")  # of a file only read is used
    except tarfile.TarError as error:  # the first header is read at once
        raise wrong_format(path, f"is not a tar archive ({error})", form.hint) from error


class _Bounded:
    """What tarfile reads from; it refuses to unpack more than there can be, so a bomb neither fills nor hangs."""

    def __init__(self, content: Content, form: Form) -> None:
        self._content = content
        self._form = form
        self._left = form.most_content

    def read(self, size: int) -> bytes:
        data = self._content.stream.read(size)
        self._left -= len(data)
        if self._left < 0:
            most = self._form.most_content
            message = f"unpacks to more than {most:,} bytes: not {self._form.title}"
            raise wrong_format(self._content.path, message, self._form.hint)
        return data

    def drain(self) -> None:
        """Read to the end, where gzip compares its checksum."""
        while self.read(1 << 16):
            pass


def _members(path: Path, archive: tarfile.TarFile, form: Form) -> Iterator[tuple[str, Pixels]]:
    seen: set[str] = set()
    for count, member in enumerate(archive, start=1):
        name, where = PurePosixPath(member.name).name, f"{path}: {member.name}"
        if count > _MAX_MEMBERS:
            raise wrong_format(path, f"holds more than {_MAX_MEMBERS} files: not {form.title}'s archive", form.hint)
        if form.pickles.fullmatch(name):
            raise _refuse_pickle(where, form)
        if name in (*form.train, form.test):
            if name in seen:
                raise wrong_format(where, "is in the archive twice")
            seen.add(name)
            yield name, _records(where, _extract(where, archive, member, form), form)


def _extract(where: str, archive: tarfile.TarFile, member: tarfile.TarInfo, form: Form) -> Pixels:
    if member.type not in {tarfile.REGTYPE, tarfile.AREGTYPE} or member.issparse():
        raise wrong_format(where, "is not a regular file")
    _check_size(where, member.size, form)
    file = archive.extractfile(member)
    return np.frombuffer(file.read() if file else b"", np.uint8)


def _check_size(where: StrPath, size: int, form: Form) -> None:
    if size > form.most_records * form.record:
        most = f"more than {form.most_records:,} records of {form.record:,} bytes"
        raise wrong_format(where, f"{most}: not a batch of {form.title}")
    if size <= 0 or size % form.record:
        raise corrupt(where, f"truncated: {size:,} bytes are not a whole number of records of {form.record:,}")


def _records(where: StrPath, data: Pixels, form: Form) -> Pixels:
    """Check one batch's content; returns uint8 (records, bytes)."""
    refuse_html(where, data[:100].tobytes())
    _check_size(where, len(data), form)
    records = data.reshape(-1, form.record)
    check_labels(where, records[:, form.labels - 1], len(form.classes))
    return records


def _labelled(batches: list[Pixels], form: Form) -> Labelled:
    count = sum(map(len, batches))
    images = np.concatenate([batch[:, form.labels :] for batch in batches]).reshape(count, *SHAPE)
    labels = np.concatenate([batch[:, form.labels - 1] for batch in batches]).astype(np.int64)
    return Labelled(images=images, labels=labels)

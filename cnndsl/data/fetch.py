"""Downloading the official files once, into a cache; nothing is kept there whose content has the wrong checksum.

The cache is CNNDSL_CACHE, or where the system keeps such. With CNNDSL_OFFLINE set, nothing is downloaded.
"""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
from attrs import frozen

from cnndsl.data.cifar_forms import CIFAR10_ARCHIVE, CIFAR100_ARCHIVE
from cnndsl.data.files import StrPath, missing, open_content, read_into
from cnndsl.errors import InputError

_TIMEOUT = 30  # seconds without a byte
_OFFLINE = "put the files into a folder and pass --data-dir DIR"
_BUNDLED = ", or use the bundled set: --data mnist --train 5000 --valid 500 --test 500"


@frozen
class RemoteFile:
    """A file that is published. ``md5`` is that of its bytes, or, if it says how many ``unpacked`` bytes, of those."""

    name: str
    md5: str
    unpacked: int | None = None

    def is_at(self, path: Path) -> bool:
        """Whether the file at a path is this one."""
        try:
            return (_digest(path) if self.unpacked is None else _digest_unpacked(path, self.unpacked)) == self.md5
        except (InputError, OSError):  # not there, or damaged
            return False


@frozen
class Remote:
    """Where a data set is to be had: any of the mirrors, which are beginnings of addresses, has every file.

    ``size`` is what there is to be downloaded, in MB.
    """

    mirrors: tuple[str, ...]
    files: tuple[RemoteFile, ...]
    size: int


REMOTES = {
    "mnist": Remote(
        ("https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"),
        (  # mirrors compress differently
            RemoteFile("train-images-idx3-ubyte.gz", "6bbc9ace898e44ae57da46a324031adb", 47_040_016),
            RemoteFile("train-labels-idx1-ubyte.gz", "a25bea736e30d166cdddb491f175f624", 60_008),
            RemoteFile("t10k-images-idx3-ubyte.gz", "2646ac647ad5339dbf082846283269ea", 7_840_016),
            RemoteFile("t10k-labels-idx1-ubyte.gz", "27ae3e4e09519cfbb04c329615203637", 10_008),
        ),
        12,
    ),
    "fashion_mnist": Remote(
        (
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        ),
        (
            RemoteFile("train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
            RemoteFile("train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe"),
            RemoteFile("t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79"),
            RemoteFile("t10k-labels-idx1-ubyte.gz", "bb300cfdad3c16e7a12a480ee83cd310"),
        ),
        31,
    ),
    "cifar10": Remote(
        ("https://www.cs.toronto.edu/~kriz/",),
        (RemoteFile(CIFAR10_ARCHIVE, "c32a1d4ab5d03f1284b67883e8d87530"),),
        170,
    ),
    "cifar100": Remote(
        ("https://www.cs.toronto.edu/~kriz/",),
        (RemoteFile(CIFAR100_ARCHIVE, "03b5dce01913d631647c71ecec9e9cb8"),),
        169,
    ),
}


def fetch(name: str, cache_dir: StrPath | None = None) -> Path:
    """The folder with the official files of a data set, of which those that the cache lacks are downloaded.

    Raises InputError D503 where that cannot be done.
    """
    remote, folder = REMOTES[name], cache_folder(name, cache_dir)
    for file in remote.files:
        if not file.is_at(folder / file.name):
            _fetch(file, folder, remote, _BUNDLED if name == "mnist" else "")
    return folder


def cached(name: str, cache_dir: StrPath | None = None) -> dict[str, bool | None]:
    """The official files of a data set by name: whether the cache's has the right checksum, None where it has none."""
    folder = cache_folder(name, cache_dir, make=False)
    return {
        file.name: file.is_at(folder / file.name) if os.path.lexists(folder / file.name) else None
        for file in REMOTES[name].files
    }


def cache_folder(name: str, cache_dir: StrPath | None = None, *, make: bool = True) -> Path:
    """The folder of the cache for something; InputError D503 where it cannot be made."""
    import pooch

    folder = Path(cache_dir or os.environ.get("CNNDSL_CACHE") or pooch.os_cache("cnndsl")) / name
    try:
        if make:
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        hint = "set CNNDSL_CACHE to a directory that can be written"
        raise missing(folder, f"the download cache cannot be made: {error.strerror or error}", hint) from error
    return folder


def _fetch(file: RemoteFile, folder: Path, remote: Remote, alternative: str) -> None:
    """Put the first good download into the folder."""
    if os.environ.get("CNNDSL_OFFLINE"):
        raise missing(
            file.name, "is not in the cache, and CNNDSL_OFFLINE forbids to download it", _OFFLINE + alternative
        )
    tried = []
    for mirror in remote.mirrors:
        try:
            _download(mirror, file, folder)
        except (OSError, ValueError) as error:  # requests' own errors are OSErrors; pooch's, about names, ValueErrors
            tried.append(f"{mirror} ({_reason(error)})")
        else:
            return
    raise missing(file.name, f"could not be downloaded; tried {', '.join(tried)}", _OFFLINE + alternative)


def _download(mirror: str, file: RemoteFile, folder: Path) -> None:
    import pooch

    with tempfile.TemporaryDirectory(dir=folder) as scratch, _quiet(pooch.get_logger()):
        downloader = pooch.HTTPDownloader(timeout=_TIMEOUT)
        came = pooch.retrieve(mirror + file.name, known_hash=None, fname=file.name, path=scratch, downloader=downloader)
        if not file.is_at(Path(came)):
            raise ValueError("what came has the wrong checksum")
        Path(came).replace(folder / file.name)  # in one step: another process sees the whole file or none


@contextmanager
def _quiet(logger: logging.Logger) -> Iterator[None]:
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


def _reason(error: Exception) -> str:
    text = str(error).splitlines()[0] if str(error) else ""
    return f"{type(error).__name__}: {text[:200]}" if text else type(error).__name__


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, partial(hashlib.md5, usedforsecurity=False)).hexdigest()


def _digest_unpacked(path: Path, size: int) -> str:
    """The MD5 of the unpacked content, of which one byte more than ``size`` is read at most."""
    with open_content(path) as content:
        data = np.empty(size + 1, np.uint8)
        found = data[: read_into(content, data)]
    return hashlib.md5(found.data, usedforsecurity=False).hexdigest()

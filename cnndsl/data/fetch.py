"""Downloading the official files once, into a cache; nothing is kept there whose content has the wrong checksum."""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np

from cnndsl.data.cifar import CIFAR10_ARCHIVE
from cnndsl.data.files import StrPath, missing, open_content, read_into
from cnndsl.errors import InputError

MNIST_MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
CIFAR10_MIRRORS = ("https://www.cs.toronto.edu/~kriz/",)
# Mirrors compress differently, so MNIST's checksums are of the unpacked content: (bytes, MD5).
MNIST_CONTENT = {
    "train-images-idx3-ubyte.gz": (47_040_016, "6bbc9ace898e44ae57da46a324031adb"),
    "train-labels-idx1-ubyte.gz": (60_008, "a25bea736e30d166cdddb491f175f624"),
    "t10k-images-idx3-ubyte.gz": (7_840_016, "2646ac647ad5339dbf082846283269ea"),
    "t10k-labels-idx1-ubyte.gz": (10_008, "27ae3e4e09519cfbb04c329615203637"),
}
CIFAR10_MD5 = "c32a1d4ab5d03f1284b67883e8d87530"
_TIMEOUT = 30  # seconds without a byte
_OFFLINE = "put the files into a folder and pass --data-dir DIR"
_BUNDLED = ", or use the bundled set: --data mnist --train 5000 --valid 500 --test 500"

Check = Callable[[Path], bool]


def fetch_mnist(cache_dir: StrPath | None = None) -> Path:
    """Return the directory with MNIST's four files, downloading what the cache lacks; InputError D503 if it cannot."""
    folder = _folder(cache_dir, "mnist")
    for name, (size, md5) in MNIST_CONTENT.items():
        _fetch(folder / name, MNIST_MIRRORS, partial(_has_content, size=size, md5=md5), _BUNDLED)
    return folder


def fetch_cifar10(cache_dir: StrPath | None = None) -> Path:
    """Return the path of CIFAR-10's binary archive, downloading it unless it is there; InputError D503 if it cannot."""
    archive = _folder(cache_dir, "cifar10") / CIFAR10_ARCHIVE
    _fetch(archive, CIFAR10_MIRRORS, partial(_has_bytes, md5=CIFAR10_MD5), "")
    return archive


def _folder(cache_dir: StrPath | None, name: str) -> Path:
    import pooch

    chosen = cache_dir or os.environ.get("CNNDSL_CACHE") or pooch.os_cache("cnndsl")
    folder = Path(chosen) / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        hint = "set CNNDSL_CACHE to a directory that can be written"
        raise missing(folder, f"the download cache cannot be made: {error.strerror or error}", hint) from error
    return folder


def _fetch(target: Path, mirrors: tuple[str, ...], good: Check, alternative: str) -> None:
    """Make ``target`` a file that passes the check: the cached one, or the first good download."""
    if _passes(target, good):
        return
    tried = []
    for mirror in mirrors:
        try:
            _download(mirror + target.name, target, good)
        except (OSError, ValueError) as error:  # requests' own errors are OSErrors; pooch's, about names, ValueErrors
            tried.append(f"{mirror} ({_reason(error)})")
        else:
            return
    raise missing(target.name, f"could not be downloaded; tried {', '.join(tried)}", _OFFLINE + alternative)


def _download(url: str, target: Path, good: Check) -> None:
    import pooch

    with tempfile.TemporaryDirectory(dir=target.parent) as scratch, _quiet(pooch.get_logger()):
        downloader = pooch.HTTPDownloader(timeout=_TIMEOUT)
        path = Path(pooch.retrieve(url, known_hash=None, fname=target.name, path=scratch, downloader=downloader))
        if not _passes(path, good):
            raise ValueError("what came has the wrong checksum")
        path.replace(target)  # in one step: another process sees the whole file or none


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


def _passes(path: Path, good: Check) -> bool:
    try:
        return good(path)
    except (InputError, OSError):  # not there, or damaged
        return False


def _has_content(path: Path, size: int, md5: str) -> bool:
    """Compare the unpacked content, of which one byte more than ``size`` is read at most."""
    with open_content(path) as content:
        data = np.empty(size + 1, np.uint8)
        found = data[: read_into(content, data)]
    return hashlib.md5(found.data, usedforsecurity=False).hexdigest() == md5


def _has_bytes(path: Path, md5: str) -> bool:
    with path.open("rb") as file:
        return hashlib.file_digest(file, partial(hashlib.md5, usedforsecurity=False)).hexdigest() == md5

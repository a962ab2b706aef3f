"""Small data sets and files to break; each image is unlike every other, so that images tell which were drawn."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from cnndsl.data.cifar_forms import CIFAR10_ARCHIVE
from cnndsl.data.dataset import Labelled
from cnndsl.errors import InputError

Files = dict[str, bytes]
CIFAR_FOLDER = "cifar-10-batches-bin"
CIFAR_TEST = f"{CIFAR_FOLDER}/test_batch.bin"
# For laws whose first example imports scikit-learn or touches a file, and whose fixtures no example changes.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def make_labelled(labels: np.ndarray, *, first: int = 0, shape: tuple[int, int, int] = (1, 4, 4)) -> Labelled:
    """Images whose first four pixels spell their number, counted from ``first``."""
    labels = np.asarray(labels, np.int64)
    images = np.random.default_rng(first).integers(0, 256, (len(labels), *shape), dtype=np.uint8)
    numbers = np.arange(first, first + len(labels), dtype="<u4")
    images.reshape(len(labels), -1)[:, :4] = numbers.view(np.uint8).reshape(-1, 4)
    return Labelled(images=images, labels=labels)


def numbers_of(images: np.ndarray) -> list[int]:
    """Undo :func:`make_labelled`, for raw images."""
    head = np.ascontiguousarray(images.reshape(len(images), -1)[:, :4])
    return head.view("<u4").ravel().tolist()


def idx_bytes(array: np.ndarray) -> bytes:
    """Make an IDX file of unsigned bytes."""
    return (
        bytes((0, 0, 8, array.ndim)) + struct.pack(f">{array.ndim}I", *array.shape) + array.astype(np.uint8).tobytes()
    )


def cifar_batch(labels: list[int], seed: int = 0) -> bytes:
    """Make records of a label and 3,072 random pixels."""
    pixels = np.random.default_rng(seed).integers(0, 256, (len(labels), 3072), dtype=np.uint8)
    return np.concatenate([np.array(labels, np.uint8)[:, np.newaxis], pixels], axis=1).tobytes()


def tar_bytes(members: dict[str, bytes]) -> bytes:
    """Make an uncompressed tar archive of regular files."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def gzip_zeros(mebibytes: int) -> bytes:
    """Make a gzip bomb, a thousandth of what it unpacks to; a gzip file may have many parts."""
    return gzip.compress(bytes(1 << 20)) * mebibytes


def write(path: Path, content: bytes) -> Path:
    """Write a file, and return its path."""
    path.write_bytes(content)
    return path


def refused(error: pytest.ExceptionInfo[InputError], code: str, *words: str) -> None:
    """Check an error's code, that it has a hint, and that its message holds the words."""
    assert error.value.code == code, str(error.value)
    assert error.value.hint
    for word in words:
        assert word in error.value.message


def archived(root: Path, files: Files, name: str = CIFAR10_ARCHIVE) -> Path:
    """Write the files as a gzipped tar archive."""
    return write(root / name, gzip.compress(tar_bytes(files), 1))

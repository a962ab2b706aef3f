"""The IDX format, and the four files in it that MNIST and Fashion-MNIST are.

An IDX file is ``00 00 type rank``, then ``rank`` sizes as big-endian uint32, then the values in C order. MNIST uses
unsigned bytes (type 08): images of rank 3 (N, 28, 28), labels of rank 1 (N,). http://yann.lecun.com/exdb/mnist/
"""

from __future__ import annotations

import math
import os
import struct
from pathlib import Path

import numpy as np

from cnndsl.data.dataset import Dataset, Labelled, Pixels
from cnndsl.data.files import (
    Content,
    StrPath,
    based,
    check_labels,
    corrupt,
    is_directory,
    missing,
    open_content,
    read_exactly,
    refuse_html,
    refuse_more,
    wrong_format,
)
from cnndsl.errors import InputError

MNIST_CLASSES = tuple("0123456789")
FASHION_CLASSES = (
    *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
)
MNIST_FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
_HINT = f"the directory must hold {', '.join(MNIST_FILES)}, each plain or with .gz"
_IMAGE_SIZE = (28, 28)
_UNSIGNED_BYTE = 0x08
_MAGIC_SIZE = 4
_MAX_RANK = 4
_MAX_BYTES = 1 << 31


def read_idx(path: StrPath, *, rank: int | None = None) -> Pixels:
    """Read an IDX file of unsigned bytes, gzipped or not: uint8, in the shape of its header.

    Raises InputError: D503 not there, D510 truncated, damaged or followed by more, D511 not such a file, or not of
    the ``rank`` asked for.
    """
    with open_content(path) as content:
        shape = _read_header(content, rank)
        _check_claim(content, shape)
        data = read_exactly(content, math.prod(shape))
        refuse_more(content)
    return data.reshape(shape)


def _read_header(content: Content, rank: int | None) -> tuple[int, ...]:
    magic = content.stream.read(_MAGIC_SIZE)
    if len(magic) < _MAGIC_SIZE:
        raise corrupt(content.path, f"truncated: {len(magic)} bytes, not even the 4 of the magic number")
    low, high = (1, _MAX_RANK) if rank is None else (rank, rank)
    if magic[:3] != bytes((0, 0, _UNSIGNED_BYTE)) or not low <= magic[3] <= high:
        refuse_html(content.path, magic + content.stream.read(100))
        wanted = f"0x0000080{low}" + (f" to 0x0000080{high}" if low < high else "")
        raise wrong_format(content.path, f"wrong magic number 0x{magic.hex()}, expected {wanted}")
    sizes = content.stream.read(4 * magic[3])
    if len(sizes) < 4 * magic[3]:
        raise corrupt(content.path, "truncated: it ends inside the header")
    return struct.unpack(f">{magic[3]}I", sizes)


def _check_claim(content: Content, shape: tuple[int, ...]) -> None:
    """Refuse a header that promises what the file cannot hold, before a byte is allocated for it."""
    size, header = math.prod(shape), 4 + 4 * len(shape)
    claim = f"the header claims {' x '.join(map(str, shape))} = {size:,} bytes"
    if size > _MAX_BYTES:
        raise corrupt(content.path, f"{claim}, more than the {_MAX_BYTES:,} that are read at most")
    if size + header > content.capacity:
        raise corrupt(content.path, f"truncated: {claim}, the file can hold {max(0, content.capacity - header):,}")


def read_mnist(directory: StrPath, *, label_base: int = 0) -> Dataset:
    """Read MNIST's four official files, each gzipped or not, with a hyphen or a dot before ``idx``.

    Classes are numbered from ``label_base``.

    Raises InputError as :func:`read_idx` does, and D512 where images and labels differ in number, D513 where a label
    is not a digit, naming the first.
    """
    return _read_four(Path(directory), "mnist", "MNIST", MNIST_CLASSES, label_base)


def read_fashion_mnist(directory: StrPath, *, label_base: int = 0) -> Dataset:
    """Read Fashion-MNIST's four official files, as :func:`read_mnist` reads those of the same names."""
    return _read_four(Path(directory), "fashion_mnist", "Fashion-MNIST", FASHION_CLASSES, label_base)


def _read_four(folder: Path, name: str, title: str, classes: tuple[str, ...], label_base: int) -> Dataset:
    if not is_directory(folder):
        raise missing(folder, "no such directory", _HINT)
    train_images, train_labels, test_images, test_labels = (_find(folder, name) for name in MNIST_FILES)
    return Dataset(
        name=name,
        train=_read_pair(train_images, train_labels, len(classes), label_base),
        test=_read_pair(test_images, test_labels, len(classes), label_base),
        classes=classes,
        source=f"the official {title} files in {folder}",
    )


def _find(folder: Path, name: str) -> Path:
    dotted = name.replace("-idx", ".idx")
    candidates = [folder / f"{stem}{suffix}" for stem in (name, dotted) for suffix in ("", ".gz")]
    # Some archives hold a directory of the same name beside the file: a file goes before anything else.
    for exists in (os.path.isfile, os.path.lexists):
        for candidate in candidates:
            if exists(candidate):
                return candidate
    raise missing(folder, f"{name} not found (nor with .gz, nor as {dotted})", _HINT)


def _read_pair(images_path: Path, labels_path: Path, classes: int, label_base: int) -> Labelled:
    images = read_idx(images_path, rank=3)
    labels = based(labels_path, read_idx(labels_path, rank=1), label_base)
    if images.shape[1:] != _IMAGE_SIZE:
        height, width = images.shape[1:]
        raise wrong_format(images_path, f"images of {height} x {width}, MNIST's are 28 x 28")
    if len(images) != len(labels) or not len(labels):
        counts = f"{len(images):,} images, {len(labels):,} labels"
        raise InputError(
            f"{images_path} and {labels_path.name}: {counts}",
            code="D512",
            hint="take both files from the same download",
        )
    check_labels(labels_path, labels, classes)
    return Labelled(images=images[:, np.newaxis], labels=labels)

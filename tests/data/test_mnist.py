"""MNIST's four files: what is read, and every way in which they may not fit together."""

from __future__ import annotations

import gzip
import os
import stat
from pathlib import Path

import numpy as np
import pytest

from cnndsl.data.dataset import Dataset
from cnndsl.data.idx import MNIST_FILES, read_mnist
from cnndsl.errors import InputError

from .samples import idx_bytes, refused, write


def test_mnist(mnist_dir: Path) -> None:
    dataset = read_mnist(mnist_dir)
    assert (len(dataset.train), len(dataset.test), dataset.shape, dataset.name) == (12, 5, (1, 28, 28), "mnist")
    assert dataset.train.images.dtype == np.uint8
    assert dataset.train.labels.dtype == np.int64
    assert dataset.train.labels.tolist() == [*range(10), 0, 1]
    assert dataset.classes == tuple("0123456789")
    assert dataset.valid is None
    raw = np.frombuffer(gzip.decompress((mnist_dir / "train-images-idx3-ubyte.gz").read_bytes()), np.uint8, offset=16)
    np.testing.assert_array_equal(dataset.train.images.ravel(), raw)


def test_mnist_under_its_other_spelling(mnist_dir: Path) -> None:
    wanted = read_mnist(mnist_dir).train.images
    for path in list(mnist_dir.iterdir()):
        path.rename(mnist_dir / path.name.replace("-idx", ".idx"))
    (mnist_dir / "train-images-idx3-ubyte").mkdir()  # as one well-known archive has it, beside the file
    np.testing.assert_array_equal(read_mnist(mnist_dir).train.images, wanted)


@pytest.mark.parametrize("name", MNIST_FILES)
def test_mnist_with_a_file_missing(mnist_dir: Path, name: str) -> None:
    next(mnist_dir.glob(f"{name}*")).unlink()
    with pytest.raises(InputError) as error:
        read_mnist(mnist_dir)
    refused(error, "D503", str(mnist_dir), name)


def test_mnist_where_there_is_no_directory(mnist_dir: Path) -> None:
    for path in (mnist_dir / "none", mnist_dir / "train-images-idx3-ubyte.gz"):
        with pytest.raises(InputError) as error:
            read_mnist(path)
        refused(error, "D503", "no such directory")


@pytest.mark.skipif(os.name != "posix", reason="named pipes are POSIX")
def test_mnist_with_a_pipe_for_a_file(mnist_dir: Path) -> None:
    path = mnist_dir / "t10k-labels-idx1-ubyte"
    path.unlink()
    os.mkfifo(path)
    assert stat.S_ISFIFO(path.stat().st_mode)
    with pytest.raises(InputError) as error:
        read_mnist(mnist_dir)
    refused(error, "D511", "pipe")


@pytest.mark.parametrize("count", [0, 4, 6])
def test_counts_that_differ(mnist_dir: Path, count: int) -> None:
    write(mnist_dir / "t10k-labels-idx1-ubyte", idx_bytes(np.zeros(count)))
    with pytest.raises(InputError) as error:
        read_mnist(mnist_dir)
    refused(error, "D512", "5 images", f"{count} labels")


def test_no_images_at_all(mnist_dir: Path) -> None:
    write(mnist_dir / "t10k-labels-idx1-ubyte", idx_bytes(np.zeros(0)))
    write(mnist_dir / "t10k-images-idx3-ubyte", idx_bytes(np.zeros((0, 28, 28))))
    with pytest.raises(InputError) as error:
        read_mnist(mnist_dir)
    refused(error, "D512", "0 images")


def test_a_label_out_of_range(mnist_dir: Path) -> None:
    path = write(mnist_dir / "t10k-labels-idx1-ubyte", idx_bytes(np.array([9, 1, 10, 0, 255])))
    with pytest.raises(InputError) as error:
        read_mnist(mnist_dir)
    refused(error, "D513", str(path), "label 10 at index 2")


def test_labels_that_begin_at_one(mnist_dir: Path) -> None:
    path = write(mnist_dir / "t10k-labels-idx1-ubyte", idx_bytes(np.array([1, 10, 3, 4, 5])))
    with pytest.raises(InputError) as error:
        read_mnist(mnist_dir)
    refused(error, "D502", str(path), "labels run 1..10, expected 0..9")


def test_images_and_labels_exchanged(mnist_dir: Path) -> None:
    content = (mnist_dir / "t10k-labels-idx1-ubyte").read_bytes()
    write(mnist_dir / "t10k-images-idx3-ubyte", content)
    with pytest.raises(InputError) as error:
        read_mnist(mnist_dir)
    refused(error, "D511", "0x00000801", "expected 0x00000803")


def test_images_of_another_size(mnist_dir: Path) -> None:
    write(mnist_dir / "t10k-images-idx3-ubyte", idx_bytes(np.zeros((5, 32, 30))))
    with pytest.raises(InputError) as error:
        read_mnist(mnist_dir)
    refused(error, "D511", "32 x 30")


def test_the_real_mnist(real_mnist: Dataset) -> None:
    assert (len(real_mnist.train), len(real_mnist.test)) == (60_000, 10_000)
    share = np.bincount(real_mnist.train.images.ravel(), minlength=256) / real_mnist.train.images.size
    pixel = np.arange(256) / 255
    mean = share @ pixel
    assert mean == pytest.approx(0.13066, abs=5e-6)
    assert np.sqrt(share @ (pixel - mean) ** 2) == pytest.approx(0.30811, abs=5e-6)
    counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(real_mnist.train.labels).tolist() == counts

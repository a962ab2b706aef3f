"""Small data sets as the readers find them, and the real ones where they are at hand."""

from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from cnndsl.data.dataset import Dataset
from cnndsl.data.idx import read_mnist

from .samples import cifar_batch, idx_bytes, make_labelled

SHARED_DATA = Path(__file__).parents[2].parent / "shared" / "data"


@pytest.fixture
def toy() -> Dataset:
    """300 training and 200 test images of 10 classes, 2 channels, 4 x 4; classes in a shuffled order."""
    rng = np.random.default_rng(5)
    return Dataset(
        name="toy",
        train=make_labelled(rng.permutation(np.arange(300) % 10), shape=(2, 4, 4)),
        test=make_labelled(rng.permutation(np.arange(200) % 10), first=1000, shape=(2, 4, 4)),
        classes=tuple("abcdefghij"),
        source="made up",
    )


@pytest.fixture
def mnist_dir(tmp_path: Path) -> Path:
    """Twelve training and five test images under MNIST's four names, two of the files gzipped."""
    rng = np.random.default_rng(0)
    folder = tmp_path / "mnist"
    folder.mkdir()
    for prefix, count, suffix in (("train", 12, ".gz"), ("t10k", 5, "")):
        images = idx_bytes(rng.integers(0, 256, (count, 28, 28)))
        labels = idx_bytes(np.arange(count) % 10)
        for name, content in (("images-idx3", images), ("labels-idx1", labels)):
            packed = gzip.compress(content) if suffix else content
            (folder / f"{prefix}-{name}-ubyte{suffix}").write_bytes(packed)
    return folder


@pytest.fixture
def cifar_files() -> dict[str, bytes]:
    """Two training batches and the test batch, under the names they have in the official archive."""
    folder = "cifar-10-batches-bin"
    return {
        f"{folder}/batches.meta.txt": b"airplane\n",
        f"{folder}/data_batch_1.bin": cifar_batch([6, 9, 9, 4], seed=1),
        f"{folder}/data_batch_3.bin": cifar_batch([0, 1], seed=3),
        f"{folder}/test_batch.bin": cifar_batch([3, 8, 8], seed=9),
    }


@pytest.fixture
def peak_memory() -> Iterator[Callable[[], int]]:
    """Most bytes that Python and NumPy had allocated at once since the test began."""
    tracemalloc.start()
    yield lambda: tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Find the real MNIST and CIFAR-10; tests that need them are skipped where they are not beside the project."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the real data are not in {SHARED_DATA}")
    return SHARED_DATA


@pytest.fixture(scope="session")
def real_mnist(shared_data: Path) -> Dataset:
    """Read the real MNIST, once."""
    return read_mnist(shared_data / "mnist")

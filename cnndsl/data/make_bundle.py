"""Choose the bundled MNIST images out of the official files: ``python -m cnndsl.data.make_bundle DIRECTORY --seed 0``.

An image's turn is the hash of its place in the official file and the seed, so the choice depends on neither NumPy's
generators nor scikit-learn, and the same files and seed give the same bytes (by the same zlib).
"""

from __future__ import annotations

import argparse
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cnndsl import keys
from cnndsl.data.bundle import BUNDLE_FILE, BUNDLE_SIZES
from cnndsl.data.dataset import Dataset, Labelled, Pixels
from cnndsl.data.idx import read_mnist
from cnndsl.data.sampling import Indices

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip file can say


def choose(dataset: Dataset, seed: int) -> dict[str, Pixels]:
    """Arrays to bundle: for each part ``_images``, uint8 (N, 1, 28, 28), and ``_labels``, uint8 (N,)."""
    classes = len(dataset.classes)
    train, valid, test = (size // classes for size in BUNDLE_SIZES.values())
    from_train = _turns(dataset.train, classes, train + valid, (seed, "bundle", "train"))
    if dataset.test is None:
        raise ValueError("the official files have a test part")
    from_test = _turns(dataset.test, classes, test, (seed, "bundle", "test"))
    return {
        **_arrays("train", dataset.train, from_train[:, :train]),
        **_arrays("valid", dataset.train, from_train[:, train:]),
        **_arrays("test", dataset.test, from_test),
    }


def _turns(part: Labelled, classes: int, count: int, key: keys.Key) -> Indices:
    """For each class the indices of its first ``count`` images in the order of their hashes: (classes, count)."""
    order = np.array(sorted(range(len(part)), key=lambda index: keys.entropy(key, index)))
    return np.stack([order[part.labels[order] == label][:count] for label in range(classes)])


def _arrays(name: str, part: Labelled, chosen: Indices) -> dict[str, Pixels]:
    indices = np.sort(chosen, axis=None)  # the order of the file, in which the classes are mixed
    return {f"{name}_images": part.images[indices], f"{name}_labels": part.labels[indices].astype(np.uint8)}


def write_npz(path: Path, arrays: dict[str, Pixels]) -> None:
    """Write what ``numpy.savez_compressed`` would, but with a fixed date, so that equal arrays give equal bytes."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            npy = io.BytesIO()
            np.lib.format.write_array(npy, array, version=(1, 0), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", _EPOCH)
            entry.create_system = 3  # Unix, wherever it runs
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, npy.getvalue(), zipfile.ZIP_DEFLATED, compresslevel=9)


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the official files from a directory and write the bundle."""
    parser = argparse.ArgumentParser(description="Choose the bundled MNIST images out of the official files.")
    parser.add_argument("directory", type=Path, help="where the four official files are")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "bundled" / BUNDLE_FILE)
    settings = parser.parse_args(arguments)
    write_npz(settings.out, choose(read_mnist(settings.directory), settings.seed))


if __name__ == "__main__":
    main()

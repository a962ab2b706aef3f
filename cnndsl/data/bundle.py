"""The MNIST images that come with the package: 500, 50 and 50 a class for training, validation and test.

How they were chosen is written in ``make_bundle.py``; their licence in ``bundled/NOTICE.md``.
"""

from __future__ import annotations

import zipfile
import zlib
from importlib import resources

import numpy as np

from cnndsl.data.dataset import Dataset, Labelled
from cnndsl.data.files import corrupt
from cnndsl.data.idx import MNIST_CLASSES

BUNDLE_FILE = "mnist-6k.npz"
BUNDLE_SIZES = {"train": 5000, "valid": 500, "test": 500}


def read_bundle() -> Dataset:
    """Read the bundled MNIST: 5,000 training, 500 validation and 500 test images, in the order of the official files.

    Raises InputError D510 where the installed file is damaged.
    """
    file = resources.files("cnndsl.data").joinpath("bundled", BUNDLE_FILE)
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            train, valid, test = (
                Labelled(images=arrays[f"{part}_images"], labels=arrays[f"{part}_labels"].astype(np.int64))
                for part in BUNDLE_SIZES
            )
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        raise corrupt(str(file), f"the bundled data set is damaged ({error})", "install the package again") from error
    source = "the 6,000 MNIST images bundled with cnndsl (CC BY-SA 3.0)"
    return Dataset(name="mnist", train=train, valid=valid, test=test, classes=MNIST_CLASSES, source=source)

"""A data set that a small network learns in an epoch or two, and that network."""

from __future__ import annotations

import numpy as np
import pytest

from cnndsl.compiler import Program, compile_model
from cnndsl.data import Dataset, Labelled, Splits, make_splits
from cnndsl.training import Settings

CLASSES = ("left", "right", "top", "bottom")
HALVES = (np.s_[:, :3], np.s_[:, 3:], np.s_[:3, :], np.s_[3:, :])
MODEL = "input 1x6x6\nConv 3 3 1 1\nReLU\nPool 2\nFlatten\nFC 4\nSoftmax\n"


def halves(count: int, seed: int) -> Labelled:
    """Noise in which one half of the image is brighter."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % len(CLASSES)
    images = rng.integers(0, 100, (count, 1, 6, 6), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[0][HALVES[label]] += 120
    return Labelled(images=images, labels=labels)


@pytest.fixture(scope="session")
def splits() -> Splits:
    """The data set."""
    return halves_splits()


def halves_splits() -> Splits:
    """80 images to train on, 24 and 24 to validate and test; 4 classes, told apart by eye."""
    dataset = Dataset("halves", train=halves(120, 1), test=halves(40, 2), classes=CLASSES, source="made up")
    return make_splits(dataset, train=80, valid=24, test=24, seed=0)


@pytest.fixture(scope="session")
def program() -> Program:
    """A network for them."""
    return compile_model(MODEL)


@pytest.fixture
def quick() -> Settings:
    """Two epochs of ten batches, in this process alone."""
    return Settings(train=80, valid=24, test=24, batch=8, epochs=2, lr=0.02, processes=1)

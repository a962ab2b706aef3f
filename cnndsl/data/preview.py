"""A few training images of each class, to be looked at."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cnndsl.data.dataset import Dataset, Pixels


def by_class(dataset: Dataset, images: int) -> Iterator[tuple[str, int, Pixels]]:
    """For each class its name, how many training images it has, and the first of these: uint8 (n, C, H, W)."""
    labels = dataset.train.labels
    for number, name in enumerate(dataset.classes):
        own = np.flatnonzero(labels == number)
        yield name, len(own), dataset.train.images[own[:images]]

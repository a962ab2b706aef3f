"""What a data set is: raw labelled images as published, and the standardised splits that training sees.

Axes: N images, C channels, H rows, W columns. The classes hold arrays, so they compare by identity.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from attrs import frozen

Pixels = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


#: A number of images, a fraction of those that they are drawn from, ``"all"`` that are left, or ``"auto"``.
Size = int | float | str


class Images(Protocol):
    """Images, uint8 (N, C, H, W): an array, or what reads them when it is asked for some."""

    @property
    def shape(self) -> tuple[int, ...]:
        """(N, C, H, W)."""

    def __getitem__(self, which: Any, /) -> Pixels:
        """Those that a slice or an array of indices picks; of one that reads, in memory of their own."""


def _image_shape(images: Images) -> tuple[int, int, int]:
    _, channels, height, width = images.shape
    return channels, height, width


@frozen(eq=False)
class Labelled:
    """Raw images, uint8 (N, C, H, W), and their classes, int64 (N,)."""

    images: Images
    labels: Labels

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.labels)


@frozen(eq=False)
class Dataset:
    """A data set as its authors publish it; ``source`` says in words where it came from.

    ``valid`` and ``test`` are None unless the data set comes with such a part of its own, apart from ``train``, from
    which their images are drawn otherwise. ``sizes`` are how many images train, validate and test where nobody says.
    ``remarks`` are what was found while it was read.
    """

    name: str
    train: Labelled
    test: Labelled | None
    classes: tuple[str, ...]
    source: str
    valid: Labelled | None = None
    sizes: tuple[Size, Size, Size] = (5000, 500, 500)
    remarks: Sequence[str] = ()

    @property
    def shape(self) -> tuple[int, int, int]:
        """(C, H, W) of one image."""
        return _image_shape(self.train.images)


@frozen(eq=False)
class Split:
    """Standardised images, float32 (N, C, H, W), C-contiguous, and labels, int64 (N,); both arrays are read-only."""

    images: Floats
    labels: Labels

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.labels)


@frozen(eq=False)
class Splits:
    """The three parts of an experiment, standardised with ``mean`` and ``std`` of the training part.

    ``mean`` and ``std`` are float32 (C,), in units of pixel / 255. ``fingerprint`` is the SHA-256, in hex, of the raw
    images and labels of the three parts in order. ``shared`` are the numbers of validation and of test images that are,
    byte for byte, among the training images.
    """

    name: str
    train: Split
    valid: Split
    test: Split
    mean: Floats
    std: Floats
    classes: tuple[str, ...]
    fingerprint: str
    shared: tuple[int, int] = (0, 0)

    @property
    def shape(self) -> tuple[int, int, int]:
        """(C, H, W) of one image."""
        return _image_shape(self.train.images)

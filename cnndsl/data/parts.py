"""What the forms of one's own data have in common: how parts are called, and what makes a data set of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from cnndsl.data.dataset import Dataset, Labelled, Labels, Size
from cnndsl.data.files import is_directory
from cnndsl.errors import InputError

PARTS = ("train", "valid", "test")
_OTHER_NAMES = {"val": "valid", "validation": "valid", "training": "train", "testing": "test"}
_SHARE = 0.1  # of the images, where they are in one part: as many validate and test
_MOST_CLASSES = 100_000


def part_called(name: str) -> str:
    """``train``, ``valid`` or ``test``, whatever its case; empty for what is none of them."""
    lowered = name.lower()
    canonical = _OTHER_NAMES.get(lowered, lowered)
    return canonical if canonical in PARTS else ""


def numbered(labels: Labels) -> tuple[str, ...]:
    """The names of classes that have none: their numbers, up to the largest label (N,) to train on."""
    most = int(labels.max(initial=0))
    # A label that is far too large is damage, and no reason for a million classes; one that runs from 1 is D502.
    return tuple(map(str, range(min(most + (labels.min(initial=most) != 1), _MOST_CLASSES))))


def own_dataset(
    path: Path, parts: Mapping[str, Labelled], classes: tuple[str, ...], source: str, remarks: Sequence[str] = ()
) -> Dataset:
    """A data set of its parts, ``train`` among them, called as the file or folder is.

    Raises InputError D514 where there is nothing to tell apart.
    """
    train, valid, test = (parts.get(part) for part in PARTS)
    if train is None or len(np.unique(train.labels)) < 2:
        there = "one class only" if train is not None and len(train) else "no images"
        hint = "two classes at least: a folder each, with images in it"
        raise InputError(f"{path}: {there}: there is nothing to tell apart", code="D514", hint=hint)
    counts = np.bincount(train.labels, minlength=len(classes))
    empty = [classes[label] for label in np.flatnonzero(counts == 0)[:5]]
    found = [f"{path}: no image to train on of class {', '.join(empty)}"] if empty else []
    sizes: tuple[Size, Size, Size] = ("all", "all" if valid else _SHARE, "all" if test else _SHARE)
    return Dataset(
        name=path.resolve().name if is_directory(path) else path.stem,
        train=train,
        valid=valid,
        test=test,
        classes=classes,
        source=source,
        sizes=sizes,
        remarks=(*remarks, *found),
    )

"""The labels: how many of each class, and whether they have anything to do with the images."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

import numpy as np
from attrs import frozen

from cnndsl.data import Split
from cnndsl.doctor.finding import Finding
from cnndsl.layers._kind import Array

_RARE = 10  # times as many of the most frequent class
# A neighbour is asked for among so many images at most, of so many values each; with fewer than these, chance decides.
_KNOWN, _ASKED, _VALUES = 2000, 500, 1024
_FEWEST_KNOWN, _FEWEST_ASKED = 500, 100
_SIGMAS = 3.0


@frozen
class Labels:
    """Images of each class; how often the nearest training image of a validation image is of its class.

    ``chance`` is how often it would be if labels were independent of images, ``bound`` what that seldom exceeds. All
    three are None where there are too few images to tell.
    """

    counts: tuple[int, ...]
    neighbour: float | None = None
    chance: float | None = None
    bound: float | None = None


def labels_of(train: Split, valid: Split, classes: int) -> Labels:
    """The labels of two splits."""
    counts = tuple(np.bincount(train.labels, minlength=classes).tolist())
    if len(train) < _FEWEST_KNOWN or len(valid) < _FEWEST_ASKED or max(counts) == len(train):
        return Labels(counts)
    true, guessed = valid.labels[:_ASKED], _nearest(train, valid)
    share = [np.bincount(labels, minlength=classes) / len(labels) for labels in (true, guessed)]
    chance = float(share[0] @ share[1])
    bound = chance + _SIGMAS * sqrt(chance * (1 - chance) / len(true))
    return Labels(counts, float((true == guessed).mean()), chance, bound)


def judge_labels(labels: Labels, names: tuple[str, ...]) -> Iterator[Finding]:
    """H911 to H913."""
    counts = labels.counts
    there = [number for number, count in enumerate(counts) if count]
    if len(there) < 2:
        message = f"all {sum(counts):,} training images are of one class, {names[there[0]]}"
        yield Finding("H911", "error", message, "see whether the labels were read as they are")
        return
    rare = [number for number, count in enumerate(counts) if count * _RARE < max(counts)]
    if rare:
        listed = ", ".join(f"{names[number]} ({counts[number]:,})" for number in rare[:5])
        more = f" and {len(rare) - 5} more" if len(rare) > 5 else ""
        message = f"rare beside {names[int(np.argmax(counts))]} ({max(counts):,} training images): {listed}{more}"
        yield Finding("H912", "warning", message, "`balance = true` in `data`, or `weights=[...]` of the loss")
    if labels.neighbour is not None and labels.bound is not None and labels.neighbour <= labels.bound:
        message = (
            f"the labels seem to have nothing to do with the images: the most similar image is of the same class in "
            f"{labels.neighbour:.1%} of cases, by chance it is in {labels.chance:.1%}"
        )
        yield Finding("H913", "warning", message, "see whether images and labels are in the same order: `augment`")


def _nearest(train: Split, valid: Split) -> Array:
    """The class of the training image next to each validation image, by the Euclidean distance."""
    from sklearn.neighbors import KNeighborsClassifier

    neighbours = KNeighborsClassifier(n_neighbors=1, algorithm="brute")
    neighbours.fit(_coarse(train.images[:_KNOWN]), train.labels[:_KNOWN])
    guessed: Array = neighbours.predict(_coarse(valid.images[:_ASKED]))
    return guessed


def _coarse(images: Array) -> Array:
    """Images as vectors, of large ones every few pixels only."""
    _, channels, height, width = images.shape
    step = max(1, round(sqrt(channels * height * width / _VALUES)))
    return images[:, :, ::step, ::step].reshape(len(images), -1)

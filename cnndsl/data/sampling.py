"""Drawing disjoint sets of images without replacement, with the classes in equal or in their own shares, from a key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from cnndsl import keys
from cnndsl.data.dataset import Labels
from cnndsl.errors import SettingsError

Indices = npt.NDArray[np.intp]


#: ``True``: as many of each class; ``"stratified"``: as the shares of the classes are; ``False``: as they come.
Balance = bool | str


def sample(labels: Labels, sizes: Sequence[int], *, classes: int, key: keys.Key, balanced: Balance) -> list[Indices]:
    """Draw disjoint sets of indices into ``labels``, int64 (N,), each in ascending order.

    ``balanced``: within each set the counts of the classes differ by one at most; ``"stratified"``: they differ from
    those that the shares of the classes would give by less than one.
    Raises SettingsError D504 where there are too few images.
    """
    total = sum(sizes)
    if balanced is True:
        pool = _deal(labels, total, classes, key)
    elif total <= len(labels):
        order = _in_proportion(labels, key) if balanced else keys.generator(key).permutation(len(labels))
        pool = order[:total]
    else:
        message = f"asked {total:,} images, there are {len(labels):,}"
        raise SettingsError(message, code="D504", hint=f"lower the sizes to {len(labels):,} images at most")
    if len(sizes) == 2 and balanced != "stratified":
        parts = _cut(pool, labels, sizes, classes=classes, key=key, balanced=bool(balanced))
    else:  # any stretch of the pool is as even as the whole
        parts = np.split(pool, np.cumsum(sizes)[:-1])
    return [np.sort(part) for part in parts]


def fold(labels: Labels, number: int, folds: int, *, key: keys.Key, stratified: bool) -> tuple[Indices, Indices]:
    """The images to train and to validate on of fold ``number``, from 1 on: two ascending arrays that make up all.

    Each image is in the second one of exactly one fold. ``stratified``: the classes have the same shares in each.
    Raises SettingsError D504 where there are fewer images than folds.
    """
    if len(labels) < folds:
        message = f"asked {folds} folds, there are {len(labels):,} images"
        raise SettingsError(message, code="D504", hint="fewer folds, or more images")
    order = _in_proportion(labels, key) if stratified else keys.generator(key).permutation(len(labels))
    held = np.zeros(len(labels), bool)
    held[order[number - 1 :: folds]] = True
    return np.flatnonzero(~held), np.flatnonzero(held)


def _in_proportion(labels: Labels, key: keys.Key) -> Indices:
    """All indices, shuffled, such that any stretch has of each class nearly the share that the whole has.

    The images of a class lie at equal distances, from a random beginning on.
    """
    rng = keys.generator(key)
    shuffled = rng.permutation(len(labels))
    by_class = shuffled[np.argsort(labels[shuffled], kind="stable")]
    counts = np.bincount(labels)
    within = np.arange(len(labels)) - np.repeat(np.cumsum(counts) - counts, counts)
    begins = rng.random(len(counts))
    place = (within + np.repeat(begins, counts)) / np.repeat(counts, counts)
    order: Indices = by_class[np.argsort(place, kind="stable")]
    return order


def _deal(labels: Labels, total: int, classes: int, key: keys.Key) -> Indices:
    """Draw ``total`` indices in rounds that take one image of each class, as cards are dealt.

    So any stretch of the result, not just the whole, has counts that differ by one at most.
    """
    counts = np.bincount(labels, minlength=classes)
    rounds, rest = divmod(total, classes)
    can_give_one_more = counts > rounds
    if counts.min() < rounds or can_give_one_more.sum() < rest:
        raise _too_few(counts, rounds)
    rng = keys.generator(key)
    seat = np.empty(classes, np.intp)
    seat[np.lexsort((rng.random(classes), ~can_give_one_more))] = np.arange(classes)
    shuffled = rng.permutation(len(labels))
    by_class = shuffled[np.argsort(labels[shuffled], kind="stable")]
    round_of = np.arange(len(labels)) - np.repeat(np.cumsum(counts) - counts, counts)
    dealt: Indices = by_class[np.lexsort((seat[labels[by_class]], round_of))]
    return dealt[:total]


def _too_few(counts: npt.NDArray[np.intp], rounds: int) -> SettingsError:
    scarce = int(counts.argmin())
    fewest = int(counts[scarce])
    asked = rounds + (fewest >= rounds)
    most = fewest * len(counts) + int((counts > fewest).sum())
    hint = f"lower the sizes: equal shares of each class make {most:,} images at most; or `balance = stratified`"
    return SettingsError(f"asked {asked:,} a class, class {scarce} has {fewest:,}", code="D504", hint=hint)


def _cut(
    pool: Indices, labels: Labels, sizes: Sequence[int], *, classes: int, key: keys.Key, balanced: bool
) -> Sequence[npt.NDArray[Any]]:
    from sklearn.model_selection import train_test_split

    # Scikit-learn stratifies only where each part has room for every class. Else the pool is cut as it was dealt,
    # which is as even.
    stratify = labels[pool] if balanced and min(sizes) >= classes else None
    first, second = train_test_split(
        pool,
        train_size=sizes[0],
        test_size=sizes[1],
        stratify=stratify,
        shuffle=stratify is not None,
        random_state=keys.entropy(key) % 2**32,
    )
    return first, second

"""Drawing disjoint sets of images without replacement, with equal shares of each class, from a key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from cnndsl import keys
from cnndsl.data.dataset import Labels
from cnndsl.errors import SettingsError

Indices = npt.NDArray[np.intp]


def sample(labels: Labels, sizes: Sequence[int], *, classes: int, key: keys.Key, balanced: bool) -> list[Indices]:
    """Draw one or two disjoint sets of indices into ``labels``, int64 (N,), each in ascending order.

    ``balanced``: within each set the counts of the classes differ by one at most.
    Raises SettingsError D504 where there are too few images.
    """
    total = sum(sizes)
    if balanced:
        pool = _deal(labels, total, classes, key)
    elif total <= len(labels):
        pool = keys.generator(key).permutation(len(labels))[:total]
    else:
        message = f"asked {total:,} images, there are {len(labels):,}"
        raise SettingsError(message, code="D504", hint=f"lower the sizes to {len(labels):,} images at most")
    parts = [pool] if len(sizes) == 1 else _cut(pool, labels, sizes, classes=classes, key=key, balanced=balanced)
    return [np.sort(part) for part in parts]


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
    hint = f"lower the sizes: equal shares of each class make {most:,} images at most; or `balance = false`"
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

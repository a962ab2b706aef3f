"""Numbers, fractions and all of the images, resolved against what there is."""

from __future__ import annotations

import numpy as np
import pytest

from cnndsl.data import Dataset, Labelled, make_splits, resolve
from cnndsl.errors import SettingsError


def images(count: int, seed: int = 0) -> Labelled:
    rng = np.random.default_rng(seed)
    return Labelled(rng.integers(0, 256, (count, 2, 3, 3), dtype=np.uint8), np.arange(count) % 2)


SHARED = Dataset("shared", images(100), images(40), ("a", "b"), "made up")
APART = Dataset("apart", images(100), images(40), ("a", "b"), "made up", valid=images(20))


@pytest.mark.parametrize(
    ("dataset", "asked", "sizes"),
    [
        (SHARED, (50, 10, 20), (50, 10, 20)),
        (SHARED, (0.5, 0.105, 0.1), (50, 10, 4)),
        (SHARED, ("all", 10, "all"), (90, 10, None)),
        (SHARED, ("all", 0.25, 5), (75, 25, 5)),
        (SHARED, (60, "all", 5), (60, 40, 5)),
        (APART, ("all", "all", "all"), (100, 20, None)),
        (APART, (0.5, 0.5, 0.5), (50, 10, 20)),
    ],
)
def test_sizes_by_hand(dataset: Dataset, asked: tuple, sizes: tuple) -> None:
    assert resolve(dataset, *asked) == sizes
    train, valid, test = sizes
    splits = make_splits(dataset, train=train, valid=valid, test=test, seed=0, balanced=False)
    assert (len(splits.train), len(splits.valid), len(splits.test)) == (train, valid, test or 40)


@pytest.mark.parametrize(
    ("asked", "words"), [(("all", "all", 5), "share the 100 training images"), ((0.001, 5, 5), "train = 0.001 of 100")]
)
def test_nothing_is_no_size(asked: tuple, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as error:
        resolve(SHARED, *asked)
    assert error.value.code == "D504"


@pytest.mark.parametrize(("scale", "largest"), [("unit", 1), ("none", 255)])
def test_pixels_may_keep_their_range(scale: str, largest: float) -> None:
    splits = make_splits(SHARED, train=80, valid=20, test=None, seed=0, scale=scale)
    np.testing.assert_allclose(splits.test.images, SHARED.test.images * (largest / 255), rtol=2e-7)
    assert splits.test.images.dtype == splits.mean.dtype == np.float32
    np.testing.assert_allclose(splits.mean, 0)

"""Splits: sizes, balance, nothing shared, determinism, and statistics that come from the training part alone."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.data.dataset import Dataset, Split, Splits
from cnndsl.data.splits import make_splits
from cnndsl.data.standardise import standardise
from cnndsl.errors import SettingsError

from .samples import make_labelled, numbers_of, unhurried


def drawn(splits: Splits, split: Split) -> list[int]:
    """Find the numbers of the images in a split by undoing the standardisation."""
    mean, std = (array[:, np.newaxis, np.newaxis] for array in (splits.mean, splits.std))
    return numbers_of(np.rint((split.images * std + mean) * 255).astype(np.uint8))


def parts(splits: Splits) -> tuple[Split, Split, Split]:
    return splits.train, splits.valid, splits.test


@unhurried
@given(train=st.integers(1, 250), valid=st.integers(1, 50), test=st.integers(1, 200), seed=st.integers(0, 2**64))
def test_laws(toy: Dataset, train: int, valid: int, test: int, seed: int) -> None:
    splits = make_splits(toy, train=train, valid=valid, test=test, seed=seed)
    assert [len(split) for split in parts(splits)] == [train, valid, test]
    numbers = [drawn(splits, split) for split in parts(splits)]
    assert len(set(numbers[0]) | set(numbers[1])) == train + valid
    assert set(numbers[0]) | set(numbers[1]) <= set(range(300))
    assert len(set(numbers[2])) == test
    assert min(numbers[2]) >= 1000
    for split, found in zip(parts(splits), numbers, strict=True):
        assert found == sorted(found)
        assert np.ptp(np.bincount(split.labels, minlength=10)) <= (len(split) % 10 != 0)
        source = toy.test.labels[np.array(found) - 1000] if found[0] >= 1000 else toy.train.labels[found]
        assert split.labels.tolist() == source.tolist()


def test_equal_seeds_give_equal_splits_and_others_do_not(toy: Dataset) -> None:
    one, again, other = (make_splits(toy, train=100, valid=20, test=20, seed=seed) for seed in (1, 1, 2))
    assert one.fingerprint == again.fingerprint != other.fingerprint
    for split, same, different in zip(parts(one), parts(again), parts(other), strict=True):
        np.testing.assert_array_equal(split.images, same.images)
        assert drawn(one, split) != drawn(other, different)


def test_the_draw_is_the_same_on_every_machine(toy: Dataset) -> None:
    """Figures that a change of the way of drawing would change, and with it every earlier experiment."""
    splits = make_splits(toy, train=20, valid=10, test=3, seed=0)
    assert drawn(splits, splits.train)[:5] == [29, 62, 82, 90, 100]
    assert drawn(splits, splits.valid)[:5] == [8, 41, 54, 101, 145]
    assert drawn(splits, splits.test) == [1097, 1113, 1190]


def test_the_whole_test_set_in_the_order_of_the_file(toy: Dataset) -> None:
    skewed = evolve(toy, test=make_labelled(np.array([3, 3, 3, 1, 0]), first=1000, shape=(2, 4, 4)))
    splits = make_splits(skewed, train=100, valid=20, test=None, seed=4)
    assert splits.test.labels.tolist() == [3, 3, 3, 1, 0]
    assert drawn(splits, splits.test) == [1000, 1001, 1002, 1003, 1004]


def test_standardised_with_the_statistics_of_the_training_part(toy: Dataset) -> None:
    dark = evolve(toy, test=evolve(toy.test, images=toy.test.images // 4))
    splits = make_splits(dark, train=100, valid=20, test=None, seed=0)
    np.testing.assert_allclose(splits.train.images.mean(axis=(0, 2, 3), dtype=float), 0, atol=1e-6)
    np.testing.assert_allclose(splits.train.images.std(axis=(0, 2, 3), dtype=float), 1, rtol=1e-5)
    raw = dark.train.images[drawn(splits, splits.train)] / 255
    np.testing.assert_allclose(splits.mean, raw.mean(axis=(0, 2, 3)), rtol=1e-6)
    np.testing.assert_allclose(splits.std, raw.std(axis=(0, 2, 3)), rtol=1e-6)
    assert splits.test.images.mean() < -0.8
    np.testing.assert_array_equal(splits.test.images, standardise(dark.test.images, splits.mean, splits.std))


def test_what_a_split_is(toy: Dataset) -> None:
    splits = make_splits(toy, train=100, valid=20, test=20, seed=0)
    assert (splits.name, splits.classes, splits.shape) == ("toy", toy.classes, (2, 4, 4))
    for split in parts(splits):
        assert split.images.dtype == np.float32
        assert split.labels.dtype == np.int64
        assert split.images.flags.c_contiguous
        assert not split.images.flags.writeable
        assert not split.labels.flags.writeable
    assert toy.train.labels.flags.writeable


def test_the_fingerprint_is_of_the_raw_parts(toy: Dataset) -> None:
    splits = make_splits(toy, train=100, valid=20, test=None, seed=0)
    digest = hashlib.sha256()
    for source, split in ((toy.train, splits.train), (toy.train, splits.valid), (toy.test, splits.test)):
        chosen = np.array(drawn(splits, split)) % 1000
        digest.update(source.images[chosen].tobytes() + source.labels[chosen].astype("<i8").tobytes())
    assert splits.fingerprint == digest.hexdigest()
    relabelled = evolve(toy, test=evolve(toy.test, labels=9 - toy.test.labels))
    assert make_splits(relabelled, train=100, valid=20, test=None, seed=0).fingerprint != splits.fingerprint


def test_a_validation_part_of_its_own(toy: Dataset) -> None:
    dataset = evolve(toy, valid=make_labelled(np.arange(40) % 10, first=500, shape=(2, 4, 4)))
    splits = make_splits(dataset, train=300, valid=40, test=20, seed=1)
    assert drawn(splits, splits.train) == list(range(300))
    assert drawn(splits, splits.valid) == list(range(500, 540))
    fewer = make_splits(dataset, train=50, valid=10, test=20, seed=1)
    assert set(drawn(fewer, fewer.train)) < set(range(300))
    assert set(drawn(fewer, fewer.valid)) < set(range(500, 540))
    with pytest.raises(SettingsError, match=r"toy, 50 from its valid part: asked 5 a class, class 0 has 4"):
        make_splits(dataset, train=50, valid=50, test=20, seed=1)


def test_images_that_are_trained_on_as_well_are_counted(toy: Dataset) -> None:
    assert make_splits(toy, train=250, valid=50, test=None, seed=0).shared == (0, 0)
    images = toy.test.images.copy()
    images[[3, 70, 71]] = toy.train.images[[5, 9, 9]]
    copied = evolve(toy, test=evolve(toy.test, images=images), valid=make_labelled(np.arange(40) % 10, shape=(2, 4, 4)))
    copied = evolve(copied, valid=evolve(copied.valid, images=toy.train.images[:40]))
    assert make_splits(copied, train=300, valid=40, test=None, seed=0).shared == (40, 3)


def test_unbalanced(toy: Dataset) -> None:
    splits = make_splits(toy, train=150, valid=50, test=50, seed=0, balanced=False)
    assert [len(split) for split in parts(splits)] == [150, 50, 50]
    assert not set(drawn(splits, splits.train)) & set(drawn(splits, splits.valid))
    assert np.ptp(np.bincount(splits.train.labels)) > 1


@pytest.mark.parametrize("part", ["train", "valid", "test"])
@pytest.mark.parametrize("size", [0, -1])
def test_a_size_below_one(toy: Dataset, part: str, size: int) -> None:
    sizes = {"train": 10, "valid": 10, "test": 10, part: size}
    with pytest.raises(SettingsError, match=f"{part} = {size}") as error:
        make_splits(toy, train=sizes["train"], valid=sizes["valid"], test=sizes["test"], seed=0)
    assert error.value.code == "D504"


@pytest.mark.parametrize("balanced", [False, True])
@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ((291, 10, 10), "toy, 291 [+] 10 from its train part: asked 31"),
        ((10, 10, 201), "toy, 201 from its test part"),
    ],
)
def test_too_few_images(toy: Dataset, sizes: tuple[int, int, int], words: str, *, balanced: bool) -> None:
    train, valid, test = sizes
    words = words if balanced else words.partition(":")[0]
    with pytest.raises(SettingsError, match=words) as error:
        make_splits(toy, train=train, valid=valid, test=test, seed=0, balanced=balanced)
    assert error.value.code == "D504"
    assert "lower the sizes" in error.value.hint


def test_folds_part_the_same_images_anew(toy: Dataset) -> None:
    own_valid = evolve(toy, valid=make_labelled(np.arange(30) % 10, first=5000, shape=(2, 4, 4)))
    for dataset, valid in ((toy, 50), (own_valid, 30)):
        sizes = {"train": 200, "valid": valid, "test": 100, "seed": 4}
        plain = make_splits(dataset, scale="none", **sizes)
        whole = {*ids(plain.train), *ids(plain.valid)}
        held: list[int] = []
        for number in range(1, 6):
            splits = make_splits(dataset, scale="none", folds=(number, 5), **sizes)
            assert {*ids(splits.train), *ids(splits.valid)} == whole
            assert len(splits.train) + len(splits.valid) == len(whole)
            assert len(splits.valid) == len(whole) // 5
            assert ids(splits.test) == ids(plain.test)
            assert splits.shared == (0, 0)
            held += ids(splits.valid)
        assert {*held} == whole


def test_three_parts_of_one_pool(toy: Dataset) -> None:
    pool = evolve(toy, test=None)
    splits = make_splits(pool, train=100, valid=50, test=30, seed=0, scale="none")
    parts = [ids(split) for split in (splits.train, splits.valid, splits.test)]
    assert len({one for part in parts for one in part}) == 180
    for split, each in ((splits.train, 10), (splits.valid, 5), (splits.test, 3)):
        assert np.bincount(split.labels).tolist() == [each] * 10


def ids(split: Split) -> list[int]:
    return numbers_of(np.rint(split.images).astype(np.uint8))

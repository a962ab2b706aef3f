"""Drawing indices: sizes, balance, disjointness, determinism, and the refusal to draw what is not there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cnndsl.data.sampling import fold, sample
from cnndsl.errors import SettingsError

from .samples import unhurried


@st.composite
def labels_and_sizes(draw: st.DrawFn) -> tuple[np.ndarray, list[int], int]:
    """Labels of unequal classes in a shuffled order, and one or two sizes that the smallest class allows."""
    classes = draw(st.integers(1, 12))
    counts = draw(st.lists(st.integers(2, 30), min_size=classes, max_size=classes))
    labels = np.repeat(np.arange(classes), counts)
    np.random.default_rng(draw(st.integers(0, 99))).shuffle(labels)
    most = classes * min(counts)
    first = draw(st.integers(1, most - 1))
    return labels, draw(st.sampled_from([[first], [first, draw(st.integers(1, most - first))]])), classes


@unhurried
@given(drawn=labels_and_sizes(), seed=st.integers(0, 2**70), balanced=st.booleans())
def test_laws(drawn: tuple[np.ndarray, list[int], int], seed: int, *, balanced: bool) -> None:
    labels, sizes, classes = drawn
    parts = sample(labels, sizes, classes=classes, key=seed, balanced=balanced)
    assert [len(part) for part in parts] == sizes
    together = np.concatenate(parts)
    assert len(set(together.tolist())) == len(together)
    assert all((np.diff(part) > 0).all() for part in parts)
    again = sample(labels, sizes, classes=classes, key=seed, balanced=balanced)
    assert all(map(np.array_equal, parts, again))
    if balanced:
        spreads = [np.ptp(np.bincount(labels[part], minlength=classes)) for part in parts]
        assert all(spread <= (size % classes != 0) for spread, size in zip(spreads, sizes, strict=True))


@unhurried
@given(size=st.integers(1, 60), classes=st.integers(1, 7), seed=st.integers(0, 9))
def test_one_more_than_the_smallest_class_allows(size: int, classes: int, seed: int) -> None:
    """With a single small class the extra image goes to the others, as long as they suffice."""
    counts = np.full(classes, 50)
    counts[-1] = 3
    labels = np.repeat(np.arange(classes), counts)
    feasible = size // classes < 3 or (size // classes == 3 and size % classes < classes)
    assume(classes > 1 or size <= 3)
    if feasible:
        (part,) = sample(labels, [size], classes=classes, key=seed, balanced=True)
        assert np.ptp(np.bincount(labels[part], minlength=classes)) <= 1
    else:
        with pytest.raises(SettingsError, match=f"class {classes - 1} has 3"):
            sample(labels, [size], classes=classes, key=seed, balanced=True)


def test_every_image_has_its_chance() -> None:
    labels = np.arange(60) % 3
    seen = [sample(labels, [6, 6], classes=3, key=seed, balanced=True) for seed in range(400)]
    for part in range(2):
        times = np.bincount(np.concatenate([parts[part] for parts in seen]), minlength=60)
        assert times.min() > 15  # 40 expected, give or take 6
        assert times.max() < 70


def test_which_class_gives_the_odd_image_is_drawn_too() -> None:
    labels = np.arange(60) % 3
    odd = [np.bincount(labels[sample(labels, [4], classes=3, key=key, balanced=True)[0]]).argmax() for key in range(60)]
    assert set(odd) == {0, 1, 2}


def test_unbalanced_takes_them_as_they_come() -> None:
    labels = np.repeat([0, 1], [900, 100])
    first, second = sample(labels, [500, 100], classes=2, key=1, balanced=False)
    assert 430 < np.count_nonzero(labels[first] == 0) < 470
    assert 75 < np.count_nonzero(labels[second] == 0) < 99


def test_the_message_counts_what_was_asked_of_the_class() -> None:
    labels = np.repeat(np.arange(10), [500, 500, 500, 500, 500, 500, 500, 421, 500, 500])
    with pytest.raises(SettingsError, match="asked 500 a class, class 7 has 421"):
        sample(labels, [4500, 500], classes=10, key=0, balanced=True)
    with pytest.raises(SettingsError, match="asked 500 a class, class 7 has 0"):
        sample(labels[labels != 7], [5001], classes=10, key=0, balanced=True)
    assert len(sample(labels, [4210], classes=10, key=0, balanced=True)[0]) == 4210
    assert len(sample(labels, [4219], classes=10, key=0, balanced=True)[0]) == 4219
    with pytest.raises(SettingsError, match="asked 422 a class, class 7 has 421") as error:
        sample(labels, [4220], classes=10, key=0, balanced=True)
    assert "4,219" in error.value.hint


def test_too_few_altogether() -> None:
    with pytest.raises(SettingsError, match="asked 31 images, there are 30") as error:
        sample(np.arange(30) % 3, [30, 1], classes=3, key=0, balanced=False)
    assert error.value.code == "D504"


@unhurried
@given(
    counts=st.lists(st.integers(0, 40), min_size=1, max_size=6).filter(lambda counts: sum(counts) > 3),
    seed=st.integers(0, 99),
    data=st.data(),
)
def test_stratified_parts_keep_the_shares(counts: list[int], seed: int, data: st.DataObject) -> None:
    labels = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(counts)), counts))
    sizes = [data.draw(st.integers(1, len(labels) // 3)) for _ in range(3)]
    parts = sample(labels, sizes, classes=len(counts), key=(seed,), balanced="stratified")
    assert [len(part) for part in parts] == sizes
    drawn = np.concatenate(parts)
    assert len(np.unique(drawn)) == len(drawn)
    for part, size in zip(parts, sizes, strict=True):
        wanted = np.array(counts) * size / len(labels)
        own = np.bincount(labels[part], minlength=len(counts))
        assert abs(own - wanted).max() < 2 + len(counts) / 2
    again = sample(labels, sizes, classes=len(counts), key=(seed,), balanced="stratified")
    assert all((one == other).all() for one, other in zip(parts, again, strict=True))


@pytest.mark.parametrize("stratified", [True, False])
@given(size=st.integers(2, 60), folds=st.integers(2, 10), seed=st.integers(0, 9))
def test_each_image_is_held_out_once(size: int, folds: int, seed: int, *, stratified: bool) -> None:
    labels = np.random.default_rng(seed).integers(0, 3, size)
    if size < folds:
        with pytest.raises(SettingsError, match=f"asked {folds} folds, there are {size} images"):
            fold(labels, 1, folds, key=(seed,), stratified=stratified)
        return
    held = []
    for number in range(1, folds + 1):
        others, own = fold(labels, number, folds, key=(seed,), stratified=stratified)
        assert sorted([*others, *own]) == list(range(size))
        assert abs(len(own) - size / folds) < 1
        held += own.tolist()
    assert sorted(held) == list(range(size))


def test_folds_have_the_shares_of_the_whole() -> None:
    labels = np.repeat([0, 1, 2], [100, 50, 25])
    for number in range(1, 6):
        _, own = fold(labels, number, 5, key=(0,), stratified=True)
        assert abs(np.bincount(labels[own]) - [20, 10, 5]).max() <= 1

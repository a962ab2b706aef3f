"""Batches: together they are the split, once each, in the order of the key."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.data.batching import batches
from cnndsl.data.dataset import Split
from cnndsl.errors import SettingsError
from cnndsl.keys import Key

from .samples import unhurried


def numbered(count: int) -> Split:
    """Make a split whose images hold their number throughout."""
    numbers = np.arange(count)
    images = np.broadcast_to(numbers.astype(np.float32)[:, np.newaxis, np.newaxis, np.newaxis], (count, 2, 3, 3)).copy()
    return Split(images=images, labels=numbers)


@unhurried
@given(count=st.integers(1, 50), size=st.integers(1, 60), key=st.none() | st.integers() | st.just((1, "shuffle", 2)))
def test_laws(count: int, size: int, key: int | tuple[int, str, int] | None) -> None:
    drawn = list(batches(numbered(count), size, key=key))
    assert [len(labels) for _, labels in drawn] == [size] * (count // size) + [count % size] * (count % size > 0)
    for images, labels in drawn:
        assert images.shape[1:] == (2, 3, 3)
        assert images.dtype == np.float32
        assert labels.dtype == np.int64
        assert images.flags.c_contiguous
        assert (images == labels[:, np.newaxis, np.newaxis, np.newaxis]).all()
    order = np.concatenate([labels for _, labels in drawn]).tolist()
    assert sorted(order) == list(range(count))
    assert key is not None or order == list(range(count))
    again = [labels.tolist() for _, labels in batches(numbered(count), size, key=key)]
    assert again == [labels.tolist() for _, labels in drawn]


def test_the_key_gives_the_order_and_the_size_does_not() -> None:
    def order(size: int, key: Key) -> list[int]:
        return [int(label) for _, labels in batches(numbered(40), size, key=key) for label in labels]

    assert order(7, (0, "shuffle", 1)) == order(40, (0, "shuffle", 1)) != order(40, (0, "shuffle", 2))
    assert order(8, 0) != list(range(40))


def test_shuffled_batches_own_their_memory() -> None:
    split = numbered(6)
    for images, labels in batches(split, 3, key=0):
        images.fill(100)
        labels.fill(100)
    assert split.labels.max() == split.images.max() == 5


@pytest.mark.parametrize("size", [0, -5])
def test_a_size_below_one_is_refused_at_the_call(size: int) -> None:
    with pytest.raises(SettingsError, match=f"batch = {size}"):
        batches(numbered(3), size)


@unhurried
@given(count=st.integers(1, 50), size=st.integers(1, 60), key=st.none() | st.integers())
def test_a_last_batch_that_is_not_full_can_be_left_out(count: int, size: int, key: int | None) -> None:
    if count < size:
        with pytest.raises(SettingsError, match=f"{count} images, a step takes {size}"):
            batches(numbered(count), size, key=key, drop_last=True)
        return
    kept = [labels.tolist() for _, labels in batches(numbered(count), size, key=key, drop_last=True)]
    whole = [labels.tolist() for _, labels in batches(numbered(count), size, key=key)]
    assert kept == [labels for labels in whole if len(labels) == size]

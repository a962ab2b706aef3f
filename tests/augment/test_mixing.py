"""MixUp and CutMix: what of each image there is, and that the label has as much of its class."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.augment.epoch import augment, draw
from cnndsl.settings.augment import CutMix, MixUp
from tests.augment.samples import SHAPES, after, images, labels, light, mixed
from tests.strategies import thorough


@given(SHAPES, st.floats(0, 1))
@thorough(30)
def test_mixup_is_the_weighted_mean(shape: tuple[int, ...], own: float) -> None:
    x, others = images(3, shape, dtype=np.float64), images(3, shape, 1, np.float64)
    found, share = mixed(MixUp(), x, others, own)
    np.testing.assert_allclose(found, own * x + (1 - own) * others, atol=1e-12)
    np.testing.assert_array_equal(share, [own] * 3)


@given(SHAPES, st.integers(0, 1000))
@thorough(60)
def test_cutmix_takes_a_rectangle_and_counts_its_pixels(shape: tuple[int, ...], key: int) -> None:
    x, others = np.zeros((4, *shape)), np.ones((4, *shape))
    (drawn,) = draw((CutMix(),), shape, 4, key)
    for top, left, height, width in drawn.table.astype(int):
        found, share = mixed(CutMix(), x, others, top, left, height, width)
        wanted = np.zeros(shape[1:])
        wanted[max(0, top) : max(0, top + height), max(0, left) : max(0, left + width)] = 1
        np.testing.assert_array_equal(found, np.broadcast_to(wanted, found.shape))
        np.testing.assert_allclose(share, 1 - wanted.mean())


def test_an_area_of_a_rectangle_is_as_large_as_the_share_that_was_drawn() -> None:
    (drawn,) = draw((CutMix(alpha=1),), (1, 100, 100), 4000, 0)
    areas = drawn.table[:, 2] * drawn.table[:, 3] / 10_000
    assert areas.mean() == pytest.approx(0.5, abs=0.03)  # Beta(1, 1) is uniform
    assert np.quantile(areas, 0.25) == pytest.approx(0.25, abs=0.03)


@pytest.mark.parametrize(("alpha", "variance"), [(0.2, 1 / 4 / 1.4), (1.0, 1 / 12), (10.0, 1 / 4 / 21)])
def test_shares_are_beta_distributed(alpha: float, variance: float) -> None:
    (drawn,) = draw((MixUp(alpha),), (1, 4, 4), 8000, 0)
    assert drawn.table.mean() == pytest.approx(0.5, abs=0.02)
    assert drawn.table.var() == pytest.approx(variance, rel=0.06)


def test_labels_have_as_much_of_a_class_as_images_do_through_any_number_of_mixings() -> None:
    """Each image is one number of its own: the images that are mixed in can be read off the result."""
    x = np.eye(6).reshape(6, 6, 1, 1).astype(np.float64)
    operations = (MixUp(1.0), MixUp(1.0, p=0.5), MixUp(1.0))
    drawn = draw(operations, (6, 1, 1), 6, 3)
    found, mixture = augment(operations, drawn, x, np.arange(6), light(6))
    shares = np.zeros((6, 6))
    for row, label in zip(shares, mixture, strict=True):
        np.add.at(row, label["classes"], label["weights"])
    np.testing.assert_allclose(found[:, :, 0, 0], shares, atol=1e-12)


def test_the_only_image_of_a_batch_is_mixed_with_itself() -> None:
    x = images(1, (1, 4, 4))
    found, mixture = after((MixUp(), CutMix()), x)
    np.testing.assert_allclose(found, x, rtol=1e-6)
    assert mixture["classes"].tolist() == [[0, 0, 0]]


def test_labels_without_a_mixing_stay_what_they_were() -> None:
    own = labels(3)
    assert augment((), (), images(3, (1, 2, 2)), own, light())[1] is own

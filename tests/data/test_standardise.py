"""Statistics and standardised pixels against the plain formula in float64."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cnndsl.data.standardise import channel_statistics, standardise

from .samples import unhurried

images = hnp.arrays(np.uint8, st.tuples(st.integers(1, 6), st.integers(1, 4), st.integers(1, 5), st.integers(1, 5)))


@unhurried
@given(images=images)
def test_statistics_are_those_of_the_formula(images: np.ndarray) -> None:
    mean, std = channel_statistics(images)
    pixels = images / 255.0
    assert mean.dtype == std.dtype == np.float32
    assert mean.shape == std.shape == (images.shape[1],)
    np.testing.assert_allclose(mean, pixels.mean(axis=(0, 2, 3)), rtol=1e-6, atol=1e-12)
    wanted = pixels.std(axis=(0, 2, 3))
    constant = np.ptp(images, axis=(0, 2, 3)) == 0
    np.testing.assert_allclose(std, np.where(constant, 1, wanted), rtol=1e-6)


@unhurried
@given(images=images, data=st.data())
def test_standardised_pixels_are_those_of_the_formula(images: np.ndarray, data: st.DataObject) -> None:
    channels = images.shape[1]
    floats = hnp.arrays(np.float32, channels, elements=st.floats(0.125, 1, width=32))
    mean, std = data.draw(floats), data.draw(floats)
    out = standardise(images, mean, std)
    wide = [array.astype(float)[:, np.newaxis, np.newaxis] for array in (mean, std)]
    np.testing.assert_array_equal(out, ((images / 255.0 - wide[0]) / wide[1]).astype(np.float32))
    assert out.dtype == np.float32
    assert out.flags.c_contiguous


def test_more_images_than_one_piece() -> None:
    images = np.random.default_rng(0).integers(0, 256, (1300, 2, 3, 3), dtype=np.uint8)
    mean, std = channel_statistics(images)
    np.testing.assert_allclose(mean, images.mean(axis=(0, 2, 3)) / 255, rtol=1e-6)
    out = standardise(images, mean, std)
    np.testing.assert_allclose(out.mean(axis=(0, 2, 3), dtype=float), 0, atol=1e-6)
    np.testing.assert_allclose(out.std(axis=(0, 2, 3), dtype=float), 1, rtol=1e-6)


@pytest.mark.parametrize("value", [0, 77, 255])
def test_a_constant_channel_is_not_divided_by_zero(value: int) -> None:
    images = np.random.default_rng(0).integers(0, 256, (20, 2, 3, 3), dtype=np.uint8)
    images[:, 1] = value
    mean, std = channel_statistics(images)
    out = standardise(images, mean, std)
    assert std[1] == 1
    np.testing.assert_allclose(out[:, 1], 0, atol=1e-7)
    assert out[:, 0].std() == pytest.approx(1)


def test_memory_beside_the_result_is_small(peak_memory: Callable[[], int]) -> None:
    images = np.zeros((8192, 1, 32, 32), np.uint8)
    before = peak_memory()
    out = standardise(images, *channel_statistics(images))
    assert peak_memory() - before < out.nbytes + 8_000_000

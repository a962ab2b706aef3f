"""Kinds that change how light pixels are, seen in light: 0 is black, 1 is white."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.augment._kind import tones
from cnndsl.data.dataset import Floats
from cnndsl.data.standardise import channel_statistics, standardise
from cnndsl.settings.augment import Brightness, Contrast, Noise
from tests.augment.samples import SHAPES, after, changed, images, light
from tests.strategies import thorough


def in_light(x: Floats) -> Floats:
    tone = light(x.shape[1])
    return x * tone.std + tone.mean


@given(SHAPES, st.floats(0, 2))
@thorough(40)
def test_brightness_multiplies_light_up_to_white(shape: tuple[int, ...], factor: float) -> None:
    x = images(3, shape, dtype=np.float64)
    bright = in_light(changed(Brightness(1), x, factor))
    np.testing.assert_allclose(bright, np.minimum(factor * in_light(x), 1), atol=1e-6)


@given(SHAPES, st.floats(0, 2))
@thorough(40)
def test_contrast_multiplies_what_differs_from_the_mean(shape: tuple[int, ...], factor: float) -> None:
    x = images(3, shape, dtype=np.float64)
    before = in_light(x)
    mean = before.mean(axis=(1, 2, 3), keepdims=True)
    wanted = np.clip(mean + factor * (before - mean), 0, 1)
    np.testing.assert_allclose(in_light(changed(Contrast(1), x, factor)), wanted, atol=1e-6)


@pytest.mark.parametrize("operation", [Brightness(1), Contrast(1)])
def test_the_factor_one_leaves_every_bit(operation: object) -> None:
    x = images(4, (3, 5, 5))
    np.testing.assert_array_equal(changed(operation, x, 1), x)


def test_noise_has_its_deviation_in_light_and_is_another_for_each_image() -> None:
    grey = np.zeros((40, 3, 20, 20), np.float32)
    noise, _ = after((Noise(0.05),), grey)
    added = in_light(noise) - in_light(grey)
    assert added.std(axis=(0, 2, 3)) == pytest.approx([0.05] * 3, rel=0.03)
    assert abs(added.mean()) < 0.001
    assert len({image.tobytes() for image in noise}) == 40


@pytest.mark.parametrize("operation", [Noise(5), Brightness(1), Contrast(1)])
def test_nothing_is_darker_than_black_or_lighter_than_white(operation: object) -> None:
    x, _ = after((operation,), images(20, (3, 6, 6)))
    tone = light(3)
    assert (x >= tone.black).all()
    assert (x <= tone.white).all()


def test_black_and_white_are_the_very_numbers_of_such_pixels() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (4, 3, 8, 8), dtype=np.uint8)
    pixels[0, :, 0, 0], pixels[0, :, 0, 1] = 0, 255
    mean, std = channel_statistics(pixels)
    x, tone = standardise(pixels, mean, std), tones(mean, std)
    np.testing.assert_array_equal(tone.black[:, 0, 0], x[0, :, 0, 0])
    np.testing.assert_array_equal(tone.white[:, 0, 0], x[0, :, 0, 1])

"""Arrays as pictures: nothing is lost where nothing may be, and one scale for all maps of a layer."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image

from cnndsl.report.pictures import coloured, maps, picture, png, stacked, unstacked


@given(arrays(np.uint8, array_shapes(min_dims=3, max_dims=3, max_side=6)))
def test_a_stack_of_channels_comes_back(image: np.ndarray) -> None:
    assert np.array_equal(unstacked(stacked(image), image.shape), image)


@pytest.mark.parametrize(
    "data", [b"", b"no picture", png(np.zeros((3, 3, 3), np.uint8)), png(np.zeros((2, 3), np.uint8))]
)
def test_what_is_no_stack_of_that_shape_is_refused(data: bytes) -> None:
    with pytest.raises((ValueError, OSError)):
        unstacked(data, (1, 3, 3))


@pytest.mark.parametrize(("channels", "mode"), [(1, "L"), (2, "L"), (3, "RGB"), (4, "L")])
def test_a_picture_of_any_number_of_channels(channels: int, mode: str) -> None:
    image = np.arange(channels * 20, dtype=np.uint8).reshape(channels, 4, 5)
    shown = Image.open(io.BytesIO(picture(image)))
    assert (shown.size, shown.mode) == ((5, 4), mode)


@given(st.integers(1, 40), st.integers(1, 9), st.integers(1, 9))
def test_maps_lie_side_by_side(count: int, height: int, width: int) -> None:
    if height == width == 1:
        return  # drawn as a vector
    sheet = maps(np.ones((count, height, width)))
    shown = min(count, 24)
    assert (sheet[..., 3] > 0).sum() == shown * height * width
    assert (sheet.shape[0] + 1) % (height + 1) == (sheet.shape[1] + 1) % (width + 1) == 0


@pytest.mark.parametrize("shape", [(1,), (10,), (100,), (5000,), (7, 1, 1)])
def test_a_vector_is_a_strip(shape: tuple[int, ...]) -> None:
    sheet = maps(np.ones(shape))
    assert (sheet[..., 3] > 0).sum() == min(shape[0], 2048)
    assert sheet.shape[1] <= 64


def test_nothing_is_dark_or_pale_and_extremes_differ() -> None:
    dark, light = coloured(np.array([0.0, 5.0]))
    assert dark[:3].sum() < 100
    assert light[:3].sum() > 600
    below, none, above = coloured(np.array([-2.0, 0.0, 2.0]))
    assert none[:3].min() > 240
    assert below[2] > below[0]
    assert above[0] > above[2]
    assert np.array_equal(coloured(np.zeros(3))[0], dark)
    assert coloured(np.array([np.nan, np.inf])).shape == (2, 4)

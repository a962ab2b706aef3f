"""A drawing becomes an image as MNIST's digits are, a picture one of the network's size."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.play.drawing import canvas_size, from_canvas

DIGIT = (1, 28, 28)


def canvas(shape: tuple[int, ...]) -> np.ndarray:
    width, height = canvas_size(shape)
    points = np.zeros((height, width, 4), np.uint8)
    points[..., 3] = 255
    return points


@given(st.integers(0, 200), st.integers(0, 200), st.integers(5, 80), st.integers(5, 80), st.integers(40, 255))
def test_a_stroke_anywhere_is_fitted_and_its_mass_is_in_the_middle(
    x: int, y: int, width: int, height: int, bright: int
) -> None:
    points = canvas(DIGIT)
    points[y : y + height, x : x + width, :3] = bright
    (image,) = from_canvas(points.tobytes(), DIGIT, centre=True)
    rows, columns = np.nonzero(image)
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
    mass = image / image.sum(dtype=float)
    middle = (np.indices(image.shape) * mass).sum(axis=(1, 2))
    assert abs(middle - 13.5).max() <= 0.51


def test_an_empty_canvas_is_black_and_so_is_what_is_transparent() -> None:
    points = canvas(DIGIT)
    assert not from_canvas(points.tobytes(), DIGIT, centre=True).any()
    points[...] = (255, 255, 255, 0)
    assert not from_canvas(points.tobytes(), DIGIT, centre=True).any()


@pytest.mark.parametrize("shape", [(3, 32, 32), (1, 28, 28), (3, 16, 40), (2, 9, 9), (3, 1, 300)])
def test_a_picture_keeps_its_place_and_colours(shape: tuple[int, ...]) -> None:
    points = canvas(shape)
    half = points.shape[1] // 2
    points[:, half:, :3] = (200, 100, 50)
    image = from_canvas(points.tobytes(), shape, centre=False)
    assert image.shape == shape
    assert not image[:, :, 0].any()
    grey = round(0.299 * 200 + 0.587 * 100 + 0.114 * 50)
    assert image[:, 0, -1].tolist() == ([200, 100, 50] if shape[0] == 3 else [grey] * shape[0])


@pytest.mark.parametrize("size", [0, 1, 4 * 280 * 280 - 1, 4 * 280 * 280 + 4])
def test_what_is_no_whole_canvas_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="313,600 bytes"):
        from_canvas(bytes(size), DIGIT, centre=True)

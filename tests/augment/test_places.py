"""Kinds that move pixels: where they go, and that none is invented."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.augment import kind_of
from cnndsl.augment.epoch import draw
from cnndsl.layers._kind import Array, ShapeError
from cnndsl.settings.augment import Cutout, FlipX, FlipY, Pad, RandomCrop, Rotate, Scale, Shift
from tests.augment.samples import SHAPES, after, changed, images
from tests.strategies import thorough


def moved(x: Array, down: int, right: int) -> Array:
    """Each pixel of images moved, one by one."""
    out = np.zeros_like(x)
    _, _, height, width = x.shape
    for row in range(height):
        for column in range(width):
            if 0 <= row - down < height and 0 <= column - right < width:
                out[:, :, row, column] = x[:, :, row - down, column - right]
    return out


@given(SHAPES, st.sampled_from((FlipX(), FlipY())))
@thorough(30)
def test_a_flip_done_twice_is_undone(shape: tuple[int, ...], operation: object) -> None:
    x = images(3, shape)
    np.testing.assert_array_equal(changed(operation, changed(operation, x)), x)


def test_flips_exchange_what_they_say() -> None:
    x = np.arange(6.0).reshape(1, 1, 2, 3)
    assert changed(FlipX(), x)[0, 0].tolist() == [[2, 1, 0], [5, 4, 3]]
    assert changed(FlipY(), x)[0, 0].tolist() == [[3, 4, 5], [0, 1, 2]]


@given(SHAPES, st.integers(-12, 12), st.integers(-12, 12))
@thorough(80)
def test_a_shift_moves_every_pixel_as_far(shape: tuple[int, ...], down: int, right: int) -> None:
    x = images(2, shape)
    np.testing.assert_array_equal(changed(Shift(12), x, down, right), moved(x, down, right))


def test_a_shift_far_beyond_the_image_leaves_zeros_and_takes_no_room() -> None:
    x = images(2, (1, 4, 6))
    np.testing.assert_array_equal(changed(Shift(1000), x, 1000, 0), np.zeros_like(x))


@given(SHAPES, st.integers(1, 4), st.integers(1, 9), st.sampled_from(("zeros", "reflect")))
@thorough(80)
def test_a_crop_of_a_padded_image_is_a_window_of_it(shape: tuple[int, ...], width: int, size: int, mode: str) -> None:
    operations = (Pad(width, mode=mode), RandomCrop(size))
    try:
        padded_shape = kind_of(operations[0]).out_shape(operations[0], shape)
        kind_of(operations[1]).out_shape(operations[1], padded_shape)
    except ShapeError:
        return
    x = images(3, shape)
    padded = np.pad(
        x, ((0, 0), (0, 0), (width, width), (width, width)), mode="constant" if mode == "zeros" else "reflect"
    )
    cropped, _ = after(operations, x)
    tops, lefts = draw(operations, shape, 3, 0)[1].table.T.astype(int)
    for image, top, left, whole in zip(cropped, tops, lefts, padded, strict=True):
        np.testing.assert_array_equal(image, whole[:, top : top + size, left : left + size])


def test_a_crop_is_as_likely_everywhere_it_fits() -> None:
    (drawn,) = draw((RandomCrop(4),), (1, 6, 5), 6000, 0)
    places, counts = np.unique(drawn.table, axis=0, return_counts=True)
    assert len(places) == 3 * 2
    assert counts.min() > 0.85 * 1000


@pytest.mark.parametrize(
    ("operation", "shape", "words"),
    [
        (RandomCrop(5), (1, 6, 4), "a square of 5x5 does not fit into an image of 6x4"),
        (Pad(4, mode="reflect"), (1, 6, 4), "an image of 6x4 has no 4 rows and columns beside its edge"),
    ],
)
def test_what_an_image_does_not_allow_is_said(operation: object, shape: tuple[int, ...], words: str) -> None:
    with pytest.raises(ShapeError, match=words):
        kind_of(operation).out_shape(operation, shape)


@given(SHAPES)
@thorough(30)
def test_turned_by_nothing_or_scaled_by_one_an_image_stays(shape: tuple[int, ...]) -> None:
    x = images(3, shape)
    np.testing.assert_array_equal(changed(Rotate(90), x, 0), x)
    np.testing.assert_array_equal(changed(Scale(0.5), x, 1), x)


@given(st.integers(1, 9), st.sampled_from((-90, 90, 180)))
@thorough(20)
def test_a_quarter_turn_is_that_of_the_array_counter_clockwise(side: int, degrees: int) -> None:
    x = images(2, (3, side, side), dtype=np.float64)
    wanted = np.rot90(x, degrees // 90, axes=(2, 3))
    np.testing.assert_allclose(changed(Rotate(180), x, degrees), wanted, atol=1e-9)


def test_a_ramp_that_is_turned_stays_a_ramp_inside() -> None:
    """Bilinear sampling is exact for linear images, whatever the angle."""
    row, column = np.mgrid[-10:11, -10:11].astype(float)
    turned = changed(Rotate(180), (2 * row + column)[np.newaxis, np.newaxis], 30)[0, 0]
    cos, sin = np.cos(np.pi / 6), np.sin(np.pi / 6)
    wanted = 2 * (cos * row + sin * column) + (cos * column - sin * row)
    np.testing.assert_allclose(turned[4:-4, 4:-4], wanted[4:-4, 4:-4], atol=1e-9)


def test_twice_as_large_is_every_second_pixel_back_and_nothing_comes_from_outside() -> None:
    x = images(1, (1, 9, 9), dtype=np.float64)
    large = changed(Scale(0.99), x, 2)
    np.testing.assert_allclose(large[:, :, ::2, ::2], x[:, :, 2:7, 2:7], atol=1e-12)
    small = changed(Scale(0.99), np.ones((1, 1, 9, 9)), 0.5)
    np.testing.assert_array_equal(small[0, 0, 2:7, 2:7], 1)
    assert not small[0, 0, :2].any()
    assert not small[0, 0, :, 7:].any()


@given(SHAPES, st.integers(1, 12), st.data())
@thorough(60)
def test_a_cut_out_square_is_zero_and_nothing_else_changes(
    shape: tuple[int, ...], size: int, data: st.DataObject
) -> None:
    x = images(2, shape)
    row, column = (data.draw(st.integers(0, side - 1)) for side in shape[1:])
    out = changed(Cutout(size), x, row, column)
    hole = np.zeros(shape[1:], bool)
    top, left = row - size // 2, column - size // 2
    hole[max(0, top) : top + size, max(0, left) : left + size] = True
    assert hole[row, column]
    np.testing.assert_array_equal(out, np.where(hole, 0, x))

"""Bundles of coordinates: all are covered, kinks are found one by one, a small error anywhere shows."""

from __future__ import annotations

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.gradcheck.compare import Comparison, Part, Precision, compare
from cnndsl.layers._kind import Array
from tests.strategies import seeds, thorough

PRECISION = Precision()


def curved(count: int, seed: int) -> Part:
    """A sum of curves, one a coordinate."""
    rng = np.random.default_rng(seed)
    point, steepness = rng.standard_normal(count), 0.5 + rng.random(count)
    return Part("x", point, steepness * np.cos(point), lambda x: steepness * np.sin(x), np.ones(count))


def compared(part: Part, precision: Precision = PRECISION) -> Comparison:
    return compare(part, precision, np.random.default_rng(0))


@thorough(30)
@given(count=st.integers(1, 400), seed=seeds())
def test_a_right_gradient_is_right_at_every_coordinate(count: int, seed: int) -> None:
    done = compared(curved(count, seed))
    assert (done.total, done.checked, done.left_out) == (count, count, 0)
    assert done.is_right(1e-6)


@thorough(40)
@given(data=st.data(), count=st.integers(1, 400), seed=seeds(), factor=st.sampled_from((0.99, 1.01, 0.0, -1.0)))
def test_one_wrong_coordinate_among_many_is_seen(data: st.DataObject, count: int, seed: int, factor: float) -> None:
    part = curved(count, seed)
    wrong = part.gradient.copy()
    index = data.draw(st.integers(0, count - 1))
    wrong[index] = factor * wrong[index] + (0.01 if abs(wrong[index]) < 0.01 else 0)
    assert not compared(evolve(part, gradient=wrong)).is_right(PRECISION.tolerance)


@thorough(30)
@given(seed=seeds(), count=st.integers(2, 300), kinks=st.integers(0, 20))
def test_every_kink_is_found_and_nothing_else_is_left_out(seed: int, count: int, kinks: int) -> None:
    rng = np.random.default_rng(seed)
    point = rng.choice((-1.0, 1.0), count) * (0.1 + rng.random(count))
    at = rng.permutation(count)[: min(kinks, count - 1)]
    point[at] = 0
    cotangent = rng.normal(size=count)
    done = compared(Part("x", point, np.sign(point) * cotangent, abs, cotangent))
    assert (done.checked, done.left_out) == (count - len(at), len(at))
    assert done.is_right(PRECISION.tolerance)


def test_what_is_at_a_kink_everywhere_is_unclear_and_not_right() -> None:
    done = compared(Part("x", np.zeros(5), np.zeros(5), abs, np.ones(5)))
    assert done.is_unclear
    assert not done.is_right(1.0)


def test_a_sample_has_the_size_asked_for() -> None:
    done = compared(curved(300, 0), Precision(coordinates=7))
    assert (done.total, done.checked) == (300, 7)


@pytest.mark.parametrize("worst", [np.nan, np.inf])
@pytest.mark.parametrize("index", range(0, 400, 57))
def test_a_gradient_that_is_no_number_is_wrong_in_whichever_bundle_it_is(worst: float, index: int) -> None:
    part = curved(400, 0)
    gradient = part.gradient.copy()
    gradient[index] = worst
    assert not compared(evolve(part, gradient=gradient)).is_right(1.0)


def test_rounding_of_a_large_value_is_no_error_in_a_gradient_that_is_zero() -> None:
    def value(x: Array) -> float:
        return float((x + 1e3).sum() - (x - 1e3).sum())  # whatever x is

    part = Part("x", np.random.default_rng(0).standard_normal(50), np.zeros(50), value, 1.0, 2e3 * 50)
    assert compared(part).is_right(PRECISION.tolerance)


def test_the_array_is_left_as_it_is() -> None:
    part = curved(20, 0)
    before = part.point.copy()
    part.point.flags.writeable = False
    compared(part)
    np.testing.assert_array_equal(part.point, before)

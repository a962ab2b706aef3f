"""Slopes where there are some, and none where there are not."""

from __future__ import annotations

from math import cos, exp, nan, sin

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.gradcheck.slopes import STEP, agree, slope
from tests.strategies import thorough

numbers = st.floats(-3, 3)


@thorough(60)
@given(a=numbers, b=numbers, c=numbers)
def test_a_smooth_function_has_its_derivative(a: float, b: float, c: float) -> None:
    found = slope(lambda t: a * sin(t + c) + b * exp(c * t))
    assert found is not None
    assert agree(found, a * cos(c) + b * c)


@thorough(60)
@given(share=st.floats(-0.95, 0.95), left=numbers, turn=st.sampled_from((-2.0, 0.01, 1.0)))
def test_a_kink_within_a_step_is_seen_wherever_it_lies(share: float, left: float, turn: float) -> None:
    assert slope(lambda t: left * t + turn * max(0.0, t - share * STEP)) is None


@thorough(30)
@given(share=st.floats(1.05, 9), left=numbers, turn=numbers)
def test_a_kink_beyond_the_step_does_not_matter(share: float, left: float, turn: float) -> None:
    found = slope(lambda t: left * t + turn * max(0.0, t - share * STEP))
    assert found == pytest.approx(left, abs=1e-9)


def test_a_sharp_curve_is_no_kink() -> None:
    assert slope(lambda t: 1e3 * t * t) == pytest.approx(0, abs=1e-9)


def test_arrays_are_contracted_with_a_cotangent() -> None:
    cotangent = np.array([[2.0, -1.0], [0.5, 0.0]])
    found = slope(lambda t: np.array([[t, 3 * t], [sin(t), abs(t)]]), cotangent)
    assert found == pytest.approx(2 - 3 + 0.5)


def test_what_an_array_holds_besides_costs_no_precision() -> None:
    cotangent = np.array([1.0, 1e12])
    assert slope(lambda t: np.array([2 * t, 1.0]), cotangent) == pytest.approx(2, rel=1e-10)


def test_what_is_no_number_is_no_slope_that_agrees_with_anything() -> None:
    found = slope(lambda _: nan)
    assert found is None or not agree(found, found)


@pytest.mark.parametrize(
    ("found", "expected", "good"), [(1.0, 1 + 2e-6, False), (1e3, 1e3 + 5e-4, True), (nan, 1, False)]
)
def test_agreement_is_relative(found: float, expected: float, *, good: bool) -> None:
    assert agree(found, expected) is good

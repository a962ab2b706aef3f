from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.fit import exponent, upper_half

sizes = st.lists(st.floats(1, 1e6), min_size=2, max_size=9, unique=True).filter(lambda xs: max(xs) > 1.1 * min(xs))


@given(sizes, st.floats(-3, 3), st.floats(1e-6, 1e6))
def test_the_exponent_of_a_power_law_is_found(xs: list[float], power: float, factor: float) -> None:
    assert exponent(xs, [factor * x**power for x in xs]) == pytest.approx(power, abs=1e-6)


def test_a_constant_part_makes_it_smaller() -> None:
    xs = [1, 2, 4, 8]
    assert exponent(xs, [5 + x for x in xs]) < exponent(xs, xs) == pytest.approx(1)


@pytest.mark.parametrize(("xs", "ys"), [([3], [1]), ([3, 3], [1, 2]), ([0, 1], [1, 2]), ([1, 2], [1, 0])])
def test_what_has_no_exponent_is_refused(xs: list[float], ys: list[float]) -> None:
    with pytest.raises(ValueError, match=r"needed|above 0"):
        exponent(xs, ys)


@pytest.mark.parametrize(("values", "half"), [([1, 2], [1, 2]), ([1, 2, 3], [2, 3]), ([1, 2, 3, 4, 5], [3, 4, 5])])
def test_the_larger_half(values: list[int], half: list[int]) -> None:
    assert upper_half(values) == half

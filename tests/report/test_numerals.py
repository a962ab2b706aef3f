"""Numbers for people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.report.numerals import compact, memory


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (9_999, "9,999"),
        (10_000, "10.0 k"),
        (99_949, "99.9 k"),
        (99_950, "100 k"),
        (999_499, "999 k"),
        (999_500, "1.00 M"),
        (12_501_632, "12.5 M"),
        (4 * 10**9, "4.00 G"),
    ],
)
def test_compact(number: int, text: str) -> None:
    assert compact(number) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (40, "40 B"),
        (999, "999 B"),
        (1024, "1.00 KiB"),
        (18_816, "18.4 KiB"),
        (2**30, "1.00 GiB"),
    ],
)
def test_memory(count: int, text: str) -> None:
    assert memory(count) == text


@given(st.integers(10_000, 10**20))
def test_three_digits_are_within_half_a_percent(number: int) -> None:
    digits, _, unit = compact(number).partition(" ")
    value = float(digits.replace(",", "")) * 1000 ** " kMGTPE".index(unit)
    assert abs(value - number) <= 0.005 * number

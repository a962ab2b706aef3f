"""Charts: round ticks that hold the values, and drawings that any reader of SVG takes."""

from __future__ import annotations

from itertools import pairwise
from math import inf, nan
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.report.charts import Chart, Series, draw_chart, spell, ticks

values = st.floats(-1e6, 1e6).filter(lambda value: value == 0 or abs(value) > 1e-6)


@given(values, values)
def test_ticks_hold_the_values_in_few_equal_steps(one: float, other: float) -> None:
    low, high = sorted((one, other))
    found = ticks(low, high)
    slack = 1e-6 * max(abs(low), abs(high), 1e-6)
    assert found[0] <= low + slack
    assert found[-1] >= high - slack
    assert 2 <= len(found) <= 9
    first = found[1] - found[0]
    assert {round((after - before) / first, 6) for before, after in pairwise(found)} == {1.0}


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (0.25, "0.25"), (1.5, "1.5"), (0.001, "1e-3"), (4e-4, "4e-4"), (120000, "1.2e5")]
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert spell(value) == text


@pytest.mark.parametrize(
    "points", [[], [(1, 0.5)], [(1, 0.5), (2, 0.5)], [(1, nan), (2, 1.0), (3, inf)], [(n, n % 7) for n in range(500)]]
)
def test_a_chart_is_drawn_of_anything(points: list[tuple[float, float]]) -> None:
    drawn = ET.fromstring(draw_chart(Chart("<loss> & more", (Series("a<b", points, 1),), "epoch", 2.0)))  # noqa: S314
    assert drawn[0].text is not None
    assert drawn[0].text.startswith("<loss> & more")
    _, _, width, height = map(float, drawn.attrib["viewBox"].split())
    for circle in drawn.iter("circle"):
        assert 0 <= float(circle.attrib["cx"]) <= width
        assert 0 <= float(circle.attrib["cy"]) <= height

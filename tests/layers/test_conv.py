"""Conv against four nested loops, whatever the number of output rows that one product makes."""

from __future__ import annotations

from unittest.mock import patch

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.layers import _convolution, conv
from cnndsl.layers._kind import Array
from tests.layers.calls import Arguments, Results, arguments, run
from tests.layers.references import convolve, convolve_back, outer
from tests.strategies import Case, cases, thorough

CASES = cases(conv.KIND)
# Few filters and many rows: cases in which bands of several rows pay.
BANDED = [
    Case(conv.KIND, conv.Conv(1, 3), ((1, 26, 4),), images=1),
    Case(conv.KIND, conv.Conv(2, (5, 3), pad=(2, 1)), ((3, 24, 5),), images=3),
    Case(conv.KIND, conv.Conv(2, (3, 2), (2, 1), (1, 0)), ((2, 31, 6),)),
    Case(conv.KIND, conv.Conv(1, (4, 3), (3, 2), bias=False), ((2, 37, 7),)),
]


def bias_of(given: Arguments) -> Array:
    return given.params.get("b", np.zeros(len(given.params["W"])))


def assert_equals_reference(case: Case) -> None:
    given = arguments(case)
    result, x, weight = run(case, given), outer(given.xs[0]), given.params["W"]
    np.testing.assert_allclose(outer(result.y), convolve(case.spec, weight, bias_of(given), x), atol=1e-12)
    dx, dweight, dbias = convolve_back(case.spec, weight, x, outer(given.dy))
    np.testing.assert_allclose(outer(result.dxs[0]), dx, atol=1e-12)
    np.testing.assert_allclose(result.grads["W"], dweight, atol=1e-12)
    if case.spec.bias:
        np.testing.assert_allclose(result.grads["b"], dbias, atol=1e-12)


def run_in_bands(case: Case, band: int) -> Results:
    with patch.object(_convolution, "_band_rows", lambda *_: band):
        return run(case, arguments(case))


def assert_close(left: Results, right: Results) -> None:
    for one, other in zip(left.arrays, right.arrays, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)


@thorough(60)
@given(case=CASES)
def test_equals_the_loops(case: Case) -> None:
    assert_equals_reference(case)


@pytest.mark.parametrize("case", BANDED, ids=lambda case: str(case.spec))
def test_equals_the_loops_in_bands(case: Case) -> None:
    _, rows, _ = case.out_shape
    assert _convolution._band_rows(rows, case.spec.out, case.spec.kernel[0], case.spec.stride[0]) > 1
    assert_equals_reference(case)


@pytest.mark.parametrize("case", BANDED, ids=lambda case: str(case.spec))
def test_every_band_gives_the_same(case: Case) -> None:
    _, rows, _ = case.out_shape
    row_by_row = run_in_bands(case, 1)
    for band in range(2, rows + 1):
        if rows % band == 0:
            assert_close(run_in_bands(case, band), row_by_row)


@thorough(30)
@given(case=CASES, data=st.data())
def test_a_drawn_band_gives_the_same(case: Case, data: st.DataObject) -> None:
    _, rows, _ = case.out_shape
    band = data.draw(st.sampled_from([band for band in range(1, rows + 1) if rows % band == 0]))
    assert_close(run_in_bands(case, band), run_in_bands(case, 1))


@thorough(30)
@given(rows=st.integers(1, 300), outputs=st.integers(1, 300), kernel=st.integers(1, 11), stride=st.integers(1, 5))
def test_a_band_divides_the_rows(rows: int, outputs: int, kernel: int, stride: int) -> None:
    band = _convolution._band_rows(rows, outputs, kernel, stride)
    assert 1 <= band <= rows
    assert rows % band == 0


@thorough(20)
@given(case=CASES)
def test_a_bias_is_added_to_every_place_of_its_channel(case: Case) -> None:
    case = attrs.evolve(case, spec=attrs.evolve(case.spec, bias=True))
    given = arguments(case)
    plain = run(attrs.evolve(case, spec=attrs.evolve(case.spec, bias=False)), given)
    np.testing.assert_array_equal(run(case, given).y, plain.y + given.params["b"][:, None, None])

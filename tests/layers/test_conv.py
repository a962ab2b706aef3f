"""Convolutions against nested loops, whatever the engine and the number of output rows that one product makes."""

from __future__ import annotations

from unittest.mock import patch

import attrs
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cnndsl.layers import _convolution, conv, conv_transpose, dw_conv
from cnndsl.layers._kind import Array
from cnndsl.layers._window import window_of
from cnndsl.testing.calls import Arguments, Results, arguments, run
from tests import strategies
from tests.layers.references import convolve, convolve_back, outer
from tests.strategies import Case, cases, thorough

CASES = cases(conv.KIND)
PLAIN = CASES.map(lambda case: attrs.evolve(case, spec=attrs.evolve(case.spec, groups=1, dilation=1)))
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
@given(case=PLAIN, data=st.data())
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


@st.composite
def grouped(draw: st.DrawFn) -> Case:
    """Groups of several channels or of one, with gaps and any padding."""
    groups, channels, filters = draw(
        st.sampled_from(((2, 4, 2), (2, 4, 6), (3, 3, 6), (2, 2, 2), (3, 6, 3), (1, 1, 2)))
    )
    pair = st.tuples(st.integers(1, 3), st.integers(1, 3))
    pad = draw(st.one_of(pair, st.sampled_from(("same", "valid"))))
    spec = conv.Conv(filters, draw(pair), draw(pair), pad, dilation=draw(pair), groups=groups, bias=draw(st.booleans()))
    side = st.integers(5, 8)
    shape = (channels, draw(side), draw(side))
    assume(strategies.out_shape(conv.KIND, spec, (shape,)))
    return Case(conv.KIND, spec, (shape,), draw(st.integers(1, 3)), draw(strategies.seeds()))


@thorough(80)
@given(case=grouped())
def test_groups_and_gaps_equal_the_loops(case: Case) -> None:
    assert_equals_reference(case)


@thorough(40)
@given(case=cases(dw_conv.KIND))
def test_a_depthwise_convolution_equals_the_loops_and_a_convolution_with_a_group_a_channel(case: Case) -> None:
    assert_equals_reference(case)
    channels, own = case.in_shapes[0][0], case.spec
    spec = conv.Conv(channels * own.multiplier, own.kernel, own.stride, own.pad, groups=channels, bias=own.bias)
    given = arguments(case)
    assert_close(run(case, given), run(attrs.evolve(case, kind=conv.KIND, spec=spec), given))


@thorough(40)
@given(case=cases(conv_transpose.KIND))
def test_a_transposed_convolution_is_the_transpose(case: Case) -> None:
    """``<y, T x> == <C y, x>``, where C is the convolution with the same filters."""
    own, ((_, *size),) = case.spec, case.in_shapes
    own = attrs.evolve(own, bias=False)
    case = attrs.evolve(case, spec=own)
    given = arguments(case)
    across = conv.Conv(case.in_shapes[0][0], own.kernel, own.stride, own.pad, bias=False)
    back = Case(conv.KIND, across, (case.out_shape,), case.images)
    assert back.out_shape[1:] == tuple(size)
    convolved = run(back, attrs.evolve(given, xs=(given.dy,), dy=given.xs[0]))
    np.testing.assert_allclose(np.vdot(run(case, given).y, given.dy), np.vdot(convolved.y, given.xs[0]), atol=1e-10)
    np.testing.assert_allclose(run(case, given).dxs[0], convolved.y, atol=1e-12)


@pytest.mark.parametrize("length", range(1, 12))
@pytest.mark.parametrize("kernel", [1, 2, 3, 5])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_same_padding_divides_the_size_by_the_stride_and_stands_behind_if_odd(
    length: int, kernel: int, stride: int
) -> None:
    window = window_of(conv.Conv(1, kernel, stride, "same"), (length, 2 * length))
    assert window.out == (-(-length // stride), -(-2 * length // stride))
    for size, pad, framed in zip(window.size, window.pad, window.framed, strict=True):
        behind = framed - size - pad
        assert behind - pad in {0, 1}

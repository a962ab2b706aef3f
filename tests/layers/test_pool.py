"""Max-pooling against plain loops, on numbers full of ties and with windows that overlap, gape or hang over."""

from __future__ import annotations

import attrs
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.layers import pool
from cnndsl.layers._kind import Array, Shape
from cnndsl.testing.calls import arguments, locked, run
from tests.layers.references import inner, outer, pool_back
from tests.layers.references import pool as plain_pool
from tests.strategies import Case, cases, thorough

CASES = cases(pool.KIND).map(lambda case: attrs.evolve(case, spec=attrs.evolve(case.spec, mode="max")))


def whole_numbers(shape: Shape, seed: int, distinct: int) -> Array:
    return np.random.default_rng(seed).integers(-distinct, distinct, shape, endpoint=True).astype(np.float64)


def gradient(spec: pool.Pool, x: Array, dy: Array) -> Array:
    """``dx``, all in the outer layout."""
    images, channels, height, width = x.shape
    case = Case(pool.KIND, spec, ((channels, height, width),), images)
    return outer(run(case, attrs.evolve(arguments(case), xs=(locked(inner(x)),), dy=locked(inner(dy)))).dxs[0])


@thorough(80)
@given(case=CASES, distinct=st.integers(0, 3))
def test_equals_the_loops_on_ties(case: Case, distinct: int) -> None:
    given = arguments(case)
    x = locked(whole_numbers(given.xs[0].shape, case.seed, distinct))
    dy = locked(whole_numbers(given.dy.shape, case.seed + 1, 9))
    result = run(case, attrs.evolve(given, xs=(x,), dy=dy))
    np.testing.assert_array_equal(outer(result.y), plain_pool(case.spec, outer(x)))
    np.testing.assert_array_equal(outer(result.dxs[0]), pool_back(case.spec, outer(x), outer(dy)))


@thorough(40)
@given(case=CASES)
def test_equals_the_loops_without_ties(case: Case) -> None:
    given = arguments(case)
    result = run(case, given)
    np.testing.assert_array_equal(outer(result.y), plain_pool(case.spec, outer(given.xs[0])))
    expected = pool_back(case.spec, outer(given.xs[0]), outer(given.dy))
    np.testing.assert_allclose(outer(result.dxs[0]), expected, rtol=1e-12, atol=1e-12)


@thorough(40)
@given(case=CASES, distinct=st.integers(0, 2))
def test_no_gradient_is_lost_or_made(case: Case, distinct: int) -> None:
    given = arguments(case)
    x = locked(whole_numbers(given.xs[0].shape, case.seed, distinct))
    result = run(case, attrs.evolve(given, xs=(x,)))
    np.testing.assert_allclose(result.dxs[0].sum(), given.dy.sum(), rtol=1e-10, atol=1e-10)


def test_the_first_of_equal_values_in_row_order_has_all_the_gradient() -> None:
    dx = gradient(pool.Pool(2), np.zeros((1, 1, 2, 2)), np.full((1, 1, 1, 1), 5.0))
    np.testing.assert_array_equal(dx, [[[[5, 0], [0, 0]]]])
    later_row_first_column = np.array([[[[0.0, 7.0], [7.0, 0.0]]]])
    dx = gradient(pool.Pool(2), later_row_first_column, np.full((1, 1, 1, 1), 5.0))
    np.testing.assert_array_equal(dx, [[[[0, 5], [0, 0]]]])


def test_a_value_that_wins_several_windows_has_the_gradient_of_each() -> None:
    peak = np.zeros((1, 1, 3, 3))
    peak[..., 1, 1] = 9
    dx = gradient(pool.Pool(2, 1), peak, np.arange(1.0, 5.0).reshape(1, 1, 2, 2))
    np.testing.assert_array_equal(dx, np.where(peak > 0, 10, 0))


def test_padding_never_wins() -> None:
    low = np.full((1, 1, 2, 2), -1e300)
    dx = gradient(pool.Pool(2, pad=(1, 1)), low, np.arange(1.0, 5.0).reshape(1, 1, 2, 2))
    np.testing.assert_array_equal(dx, [[[[1, 2], [3, 4]]]])


def test_what_no_window_reaches_has_no_gradient() -> None:
    dx = gradient(pool.Pool(2), np.ones((1, 1, 3, 3)), np.ones((1, 1, 1, 1)))
    np.testing.assert_array_equal(dx, [[[[1, 0, 0], [0, 0, 0], [0, 0, 0]]]])

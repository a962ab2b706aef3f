"""ReLU and BiasReLU at the kink, Softmax as the function that its name says."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.layers import bias_relu, relu, softmax
from tests.layers.calls import Arguments, arguments, locked, run
from tests.strategies import Case, cases, thorough

AROUND_ZERO = np.array([-1.0, -0.0, 0.0, 1.0]).reshape(4, 1)


def test_relu_at_zero_has_slope_zero() -> None:
    given = Arguments((locked(AROUND_ZERO.copy()),), {}, {}, locked(np.full((4, 1), 3.0)))
    result = run(Case(relu.KIND, relu.ReLU(), ((4,),), 1), given)
    np.testing.assert_array_equal(result.y, [[0], [0], [0], [1]])
    np.testing.assert_array_equal(result.dxs[0], [[0], [0], [0], [3]])


def test_bias_relu_at_zero_has_slope_zero() -> None:
    bias = np.array([1.0, 1.0, -2.0, 5.0])
    given = Arguments((locked(AROUND_ZERO - bias[:, None]),), {"b": locked(bias)}, {}, locked(np.full((4, 1), 3.0)))
    result = run(Case(bias_relu.KIND, bias_relu.BiasReLU(), ((4,),), 1), given)
    np.testing.assert_array_equal(result.y, [[0], [0], [0], [1]])
    np.testing.assert_array_equal(result.dxs[0], [[0], [0], [0], [3]])
    np.testing.assert_array_equal(result.grads["b"], [0, 0, 0, 3])


@thorough(30)
@given(case=cases(bias_relu.KIND))
def test_bias_relu_is_a_bias_and_then_relu(case: Case) -> None:
    given = arguments(case)
    bias = given.params["b"]
    shifted = given.xs[0] + bias.reshape(-1, *[1] * (given.xs[0].ndim - (2 if given.xs[0].ndim == 4 else 1)))
    fused = run(case, given)
    plain = run(attrs.evolve(case, kind=relu.KIND, spec=relu.ReLU()), attrs.evolve(given, xs=(shifted,), params={}))
    np.testing.assert_array_equal(fused.y, plain.y)
    np.testing.assert_array_equal(fused.dxs[0], plain.dxs[0])


@thorough(30)
@given(case=cases(softmax.KIND))
def test_softmax_is_positive_and_sums_to_one_over_the_classes(case: Case) -> None:
    given = arguments(case)
    y = run(case, given).y
    assert (y > 0).all()
    np.testing.assert_allclose(y.sum(axis=1 if y.ndim == 4 else 0), 1, rtol=1e-12)


@thorough(30)
@given(classes=st.integers(1, 6), seed=st.integers(0, 2**32 - 1))
def test_softmax_has_its_true_jacobian(classes: int, seed: int) -> None:
    case = Case(softmax.KIND, softmax.Softmax(), ((classes,),), 3, seed)
    given = arguments(case)
    result = run(case, given)
    for image in range(3):
        y = result.y[:, image]
        jacobian = np.diag(y) - np.outer(y, y)
        np.testing.assert_allclose(result.dxs[0][:, image], jacobian @ given.dy[:, image], rtol=1e-12, atol=1e-13)


@thorough(30)
@given(case=cases(softmax.KIND), shift=st.floats(-50, 50))
def test_softmax_does_not_see_a_common_shift(case: Case, shift: float) -> None:
    given = arguments(case)
    moved = attrs.evolve(given, xs=(given.xs[0] + shift,))
    np.testing.assert_allclose(run(case, moved).y, run(case, given).y, rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_softmax_survives_enormous_scores(dtype: type) -> None:
    scores = np.array([[1e30, -1e30, 1e30], [-1e30, -1e30, 1e30], [0, -1e30, -1e30]], dtype)
    given = Arguments((locked(scores),), {}, {}, locked(np.eye(3, dtype=dtype)))
    result = run(Case(softmax.KIND, softmax.Softmax(), ((3,),), 3), given)
    np.testing.assert_allclose(result.y, [[1, 1 / 3, 0.5], [0, 1 / 3, 0.5], [0, 1 / 3, 0]], rtol=1e-6)
    assert np.isfinite(result.dxs[0]).all()

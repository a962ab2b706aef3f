"""Activations at their kinks and far out, Softmax as the function that its name says."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.layers import _exponential, _gauss, bias_relu, find_kind, leaky_relu, log_softmax, relu, softmax
from cnndsl.layers._kind import Array, Context
from cnndsl.testing.calls import Arguments, Results, arguments, locked, run
from tests.layers.formulas import FORMULAS, Call
from tests.strategies import Case, cases, thorough

AROUND_ZERO = np.array([-1.0, -0.0, 0.0, 1.0]).reshape(4, 1)
STEPS = np.array([0, 1e-30, 1e-6, 0.5, 1, 3, 5, 8, 20, 50, 88, 90, 104, 300, 709, 746, 1e3, 1e4])
FAR = np.concatenate([-STEPS[::-1], STEPS])
ACTIVATIONS = {
    **{name: {} for name in ("ReLU", "LeakyReLU", "ELU", "SELU", "GELU", "SiLU", "Sigmoid", "Tanh", "HardSwish")},
    "Softplus": {},
    "Mish": {},
    "GELU approximate=tanh": {"approximate": "tanh"},
}
#: Far out each is one of these: its slope there, below and above.
SLOPES = {"LeakyReLU": (0.01, 1), "SELU": (0, 1.0507009873554805), "Sigmoid": (0, 0), "Tanh": (0, 0)}
over_activations = pytest.mark.parametrize("name", ACTIVATIONS)
over_dtypes = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def activate(name: str, x: Array, dy: Array) -> tuple[Results, Array]:
    """What an activation makes of a vector, and what its formula does."""
    kind = find_kind(name.split(maxsplit=1)[0])
    assert kind is not None
    spec = kind.spec(**ACTIVATIONS[name])
    given = Arguments((locked(x[:, None]),), {}, {}, locked(dy[:, None]))
    call = Call(spec, {}, {}, (x.astype(np.float64),), train=False)
    return run(Case(kind, spec, (x.shape,), 1), given), FORMULAS[kind.name](call)


@over_activations
@over_dtypes
def test_values_far_out_keep_their_digits(name: str, dtype: type) -> None:
    x = FAR.astype(dtype)
    result, expected = activate(name, x, np.ones_like(x))
    smallest = np.finfo(dtype).tiny * 1e6  # below, digits get lost by being few
    np.testing.assert_allclose(result.y[:, 0], expected, rtol=200 * np.finfo(dtype).eps, atol=smallest)


@over_activations
@over_dtypes
def test_slopes_far_out_are_what_they_tend_to(name: str, dtype: type) -> None:
    x = np.array([-1e4, -1e3, 1e3, 1e4], dtype)
    result, _ = activate(name, x, np.full_like(x, 3))
    below, above = SLOPES.get(name, (0, 1))
    np.testing.assert_allclose(result.dxs[0][:, 0], np.array([below, below, above, above]) * 3, rtol=1e-6, atol=1e-30)


@over_activations
def test_single_precision_is_double_precision_rounded(name: str) -> None:
    x, dy = np.random.default_rng(0).standard_normal((2, 4000)) * 3
    single, _ = activate(name, x.astype(np.float32), dy.astype(np.float32))
    double, expected = activate(name, x, dy)
    np.testing.assert_allclose(double.y[:, 0], expected, rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(single.y, double.y, rtol=2e-5, atol=1e-6)
    np.testing.assert_allclose(single.dxs[0], double.dxs[0], rtol=2e-5, atol=4e-6)


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float32, 2.4e-7), (np.float64, 4e-16)])
def test_the_normal_distribution_is_as_good_as_its_module_says(dtype: type, tolerance: float) -> None:
    x = np.linspace(-12, 12, 20_001).astype(dtype)  # more than one chunk
    below, density = _gauss.normal(x, Context())
    exact = np.array([math.erfc(-value / math.sqrt(2)) / 2 for value in x.tolist()])
    assert abs(below - exact).max() <= tolerance
    inner = abs(x) < 6
    np.testing.assert_allclose(below[inner], exact[inner], rtol=40 * np.finfo(dtype).eps)
    exact_density = [math.exp(-value * value / 2) / math.sqrt(2 * math.pi) for value in x.tolist()]
    np.testing.assert_allclose(density, exact_density, atol=tolerance)


@over_dtypes
@pytest.mark.parametrize(
    ("function", "exact", "points"),
    [
        (_exponential.less_one, math.expm1, -np.logspace(-30, 3, 400)),
        (_exponential.log_one_more, math.log1p, np.logspace(-30, 0, 400)),
    ],
    ids=["less_one", "log_one_more"],
)
def test_small_numbers_keep_their_digits(
    dtype: type, function: Callable[[Array, Context], Array], exact: Callable[[float], float], points: Array
) -> None:
    x = points.astype(dtype)
    expected = [exact(value) for value in x.tolist()]
    np.testing.assert_allclose(function(x[:, None], Context())[:, 0], expected, rtol=6 * np.finfo(dtype).eps)


@pytest.mark.parametrize("slope", [0, 0.01, 0.25])
def test_at_zero_the_slope_is_that_of_the_negative_side(slope: float) -> None:
    given = Arguments((locked(AROUND_ZERO.copy()),), {}, {}, locked(np.full((4, 1), 3.0)))
    leaky = run(Case(leaky_relu.KIND, leaky_relu.LeakyReLU(slope), ((4,),), 1), given)
    np.testing.assert_array_equal(leaky.y, [[-slope], [0], [0], [1]])
    np.testing.assert_array_equal(leaky.dxs[0], [[3 * slope], [3 * slope], [3 * slope], [3]])
    plain = run(Case(relu.KIND, relu.ReLU(), ((4,),), 1), given)
    np.testing.assert_array_equal(plain.y, [[0], [0], [0], [1]])
    np.testing.assert_array_equal(plain.dxs[0], [[0], [0], [0], [3]])


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
def test_softmax_and_its_logarithm_have_their_true_jacobians(classes: int, seed: int) -> None:
    case = Case(softmax.KIND, softmax.Softmax(), ((classes,),), 3, seed)
    given = arguments(case)
    result = run(case, given)
    logarithm = run(attrs.evolve(case, kind=log_softmax.KIND, spec=log_softmax.LogSoftmax()), given)
    np.testing.assert_allclose(np.exp(logarithm.y), result.y, rtol=1e-12)
    for image in range(3):
        y, dy = result.y[:, image], given.dy[:, image]
        np.testing.assert_allclose(result.dxs[0][:, image], (np.diag(y) - np.outer(y, y)) @ dy, rtol=1e-11, atol=1e-13)
        jacobian = np.eye(classes) - np.outer(np.ones(classes), y)
        np.testing.assert_allclose(logarithm.dxs[0][:, image], jacobian.T @ dy, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("kind", [softmax.KIND, log_softmax.KIND], ids=lambda kind: kind.name)
@thorough(20)
@given(shift=st.floats(-50, 50), data=st.data())
def test_softmax_does_not_see_a_common_shift(kind: Any, shift: float, data: st.DataObject) -> None:
    case = data.draw(cases(kind))
    given = arguments(case)
    moved = attrs.evolve(given, xs=(given.xs[0] + shift,))
    np.testing.assert_allclose(run(case, moved).y, run(case, given).y, rtol=1e-11, atol=1e-13)


@over_dtypes
def test_softmax_survives_enormous_scores(dtype: type) -> None:
    scores = np.array([[1e30, -1e30, 1e30], [-1e30, -1e30, 1e30], [0, -1e30, -1e30]], dtype)
    given = Arguments((locked(scores),), {}, {}, locked(np.eye(3, dtype=dtype)))
    result = run(Case(softmax.KIND, softmax.Softmax(), ((3,),), 3), given)
    np.testing.assert_allclose(result.y, [[1, 1 / 3, 0.5], [0, 1 / 3, 0.5], [0, 1 / 3, 0]], rtol=1e-6)
    assert np.isfinite(result.dxs[0]).all()


@over_dtypes
def test_the_logarithm_of_a_probability_that_is_almost_nothing_is_a_number(dtype: type) -> None:
    scores = np.array([[1e4], [0], [-1e4]], dtype)
    given = Arguments((locked(scores),), {}, {}, locked(np.ones((3, 1), dtype)))
    result = run(Case(log_softmax.KIND, log_softmax.LogSoftmax(), ((3,),), 1), given)
    np.testing.assert_array_equal(result.y, [[0], [-1e4], [-2e4]])
    np.testing.assert_array_equal(result.dxs[0], [[-2], [1], [1]])

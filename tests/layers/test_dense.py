"""Flatten's order, and what FC and a covering convolution have in common with their neighbours."""

from __future__ import annotations

import attrs
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.layers import conv, covering_conv, fc, flatten
from cnndsl.layers._kind import Shape
from cnndsl.testing.calls import arguments, run
from tests.layers.references import outer
from tests.strategies import Case, cases, maps, seeds, thorough, vectors


@thorough(30)
@given(shape=maps(), images=st.integers(1, 3))
def test_flatten_runs_through_channels_then_rows_then_columns(shape: Shape, images: int) -> None:
    case = Case(flatten.KIND, flatten.Flatten(), (shape,), images)
    given = arguments(case)
    result = run(case, given)
    np.testing.assert_array_equal(result.y.T, outer(given.xs[0]).reshape(images, -1))
    np.testing.assert_array_equal(outer(result.dxs[0]), given.dy.T.reshape(images, *shape))


@thorough(20)
@given(shape=vectors())
def test_flatten_leaves_a_vector_as_it_is(shape: Shape) -> None:
    case = Case(flatten.KIND, flatten.Flatten(), (shape,))
    given = arguments(case)
    np.testing.assert_array_equal(run(case, given).y, given.xs[0])


@thorough(30)
@given(case=cases(fc.KIND))
def test_fc_is_a_matrix_product_with_the_flat_input(case: Case) -> None:
    given = arguments(case)
    x, weight = given.xs[0], given.params["W"]
    flat = x if x.ndim == 2 else outer(x).reshape(case.images, -1).T
    result = run(case, given)
    bias = given.params["b"][:, None] if case.spec.bias else 0
    np.testing.assert_allclose(result.y, weight @ flat + bias, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(result.grads["W"], given.dy @ flat.T, rtol=1e-12, atol=1e-12)


@thorough(30)
@given(spec=st.builds(fc.FC, st.integers(1, 4), bias=st.booleans()), shape=maps(), seed=seeds())
def test_fc_on_a_map_is_flatten_then_fc(spec: fc.FC, shape: Shape, seed: int) -> None:
    case = Case(fc.KIND, spec, (shape,), seed=seed)
    given = arguments(case)
    flattening = Case(flatten.KIND, flatten.Flatten(), (shape,), seed=seed)
    vector = run(flattening, attrs.evolve(arguments(flattening), xs=given.xs)).y
    dense = run(attrs.evolve(case, in_shapes=(flattening.out_shape,)), attrs.evolve(given, xs=(vector,)))
    back = run(flattening, attrs.evolve(given, dy=dense.dxs[0]))
    result = run(case, given)
    np.testing.assert_array_equal(result.y, dense.y)
    np.testing.assert_array_equal(result.dxs[0], back.dxs[0])
    assert all(np.array_equal(result.grads[name], dense.grads[name]) for name in given.params)


@thorough(40)
@given(case=cases(covering_conv.KIND), stride=st.integers(1, 3))
def test_a_covering_convolution_is_a_convolution_with_the_kernel_of_its_input(case: Case, stride: int) -> None:
    (shape,) = case.in_shapes
    spec = conv.Conv(case.spec.out, shape[1:], (stride, stride), bias=case.spec.bias)
    given = arguments(case)
    covering, plain = run(case, given), run(attrs.evolve(case, kind=conv.KIND, spec=spec), given)
    assert covering.grads.keys() == plain.grads.keys()
    for one, other in zip(covering.arrays, plain.arrays, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)

"""The laws that every layer kind keeps, over drawn specs, shapes and values. A registered kind needs no test here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import event, given, reject
from hypothesis import strategies as st

from cnndsl.layers import REGISTRY
from cnndsl.layers._kind import Array
from cnndsl.layers._layout import array_shape
from tests.layers.calls import (
    Arguments,
    Poisoned,
    Results,
    arguments,
    context,
    forward,
    locked,
    replayed,
    run,
    same_bits,
    same_results,
    unlocked,
    with_gaps,
)
from tests.layers.checker import NeverSmoothError, check_gradient
from tests.strategies import Kind, cases, thorough

EXAMPLES = 12
over_all_kinds = pytest.mark.parametrize("kind", REGISTRY, ids=lambda kind: kind.name)
dtypes = st.sampled_from((np.float32, np.float64))


@over_all_kinds
@thorough(EXAMPLES)
@given(data=st.data(), dtype=dtypes)
def test_results_have_the_names_shapes_and_precision_that_are_declared(
    kind: Kind, data: st.DataObject, dtype: Any
) -> None:
    case = data.draw(cases(kind))
    given = arguments(case, dtype)
    result = run(case, given)
    assert result.y.shape == array_shape(case.out_shape, case.images)
    assert [dx.shape for dx in result.dxs if dx is not None] == [x.shape for x in given.xs]
    weights = kind.weights(case.spec, *case.in_shapes)
    for arrays, trained in ((result.grads, True), (result.state, False)):
        expected = {name: weight.shape for name, weight in weights.items() if weight.trained == trained}
        assert {name: array.shape for name, array in arrays.items()} == expected
    assert {array.dtype for array in result.arrays} == {np.dtype(dtype)}


@over_all_kinds
@thorough(2 * EXAMPLES)
@given(data=st.data())
def test_the_gradient_is_the_slope(kind: Kind, data: st.DataObject) -> None:
    case = data.draw(cases(kind))
    try:
        verdict = check_gradient(case)
    except NeverSmoothError:
        reject()
    event(f"points drawn again: {verdict.redrawn}")
    assert verdict.right, verdict


@over_all_kinds
@thorough(EXAMPLES)
@given(data=st.data())
def test_arguments_stay_unwritten_even_where_they_could_be_written(kind: Kind, data: st.DataObject) -> None:
    case = data.draw(cases(kind))
    given = unlocked(arguments(case))
    before = [array.copy() for array in given.arrays]
    run(case, given)
    assert all(map(same_bits, given.arrays, before))


@over_all_kinds
@thorough(EXAMPLES)
@given(data=st.data())
def test_what_shares_memory_with_an_argument_or_a_result_is_read_only(kind: Kind, data: st.DataObject) -> None:
    case = data.draw(cases(kind))
    given = arguments(case)
    results = run(case, given).arrays
    for index, result in enumerate(results):
        if result.flags.writeable:
            others = [*given.arrays, *results[:index], *results[index + 1 :]]
            assert not any(np.shares_memory(result, other) for other in others)


@over_all_kinds
@thorough(EXAMPLES)
@given(data=st.data())
def test_the_residual_is_an_argument_like_any_other(kind: Kind, data: st.DataObject) -> None:
    case = data.draw(cases(kind))
    given, ctx = arguments(case), context(case)
    y, _, residual = forward(case, given, ctx)
    for array in [y, *_arrays_in(residual)]:
        locked(array)
    before = [array.copy() for array in _arrays_in(residual)]
    dxs, grads = kind.backward(case.spec, given.params, residual, given.dy, ctx)
    again, grads_again = kind.backward(case.spec, given.params, residual, given.dy, ctx)
    assert all(map(same_bits, _arrays_in(residual), before))
    assert all(map(same_bits, dxs, again))
    assert all(same_bits(grads[name], grads_again[name]) for name in grads)


@over_all_kinds
@thorough(EXAMPLES)
@given(data=st.data(), dtype=dtypes)
def test_equal_calls_give_equal_bits(kind: Kind, data: st.DataObject, dtype: Any) -> None:
    case = data.draw(cases(kind))
    assert same_results(run(case, arguments(case, dtype)), run(case, arguments(case, dtype)))


@over_all_kinds
@thorough(EXAMPLES)
@given(data=st.data())
def test_images_of_a_batch_do_not_see_each_other(kind: Kind, data: st.DataObject) -> None:
    case = data.draw(cases(kind))
    if kind.mixes_batch or kind.random:
        case = attrs.evolve(case, train=False)  # what mixes or draws does so in training alone
    first = arguments(case)
    second = attrs.evolve(arguments(attrs.evolve(case, seed=case.seed + 1)), params=first.params, state=first.state)
    one, two, both = run(case, first), run(case, second), run(case, _joined(first, second))
    np.testing.assert_allclose(both.y, _join(one.y, two.y), rtol=1e-12, atol=1e-12)
    for dx, *parts in zip(both.dxs, one.dxs, two.dxs, strict=True):
        np.testing.assert_allclose(dx, _join(*parts), rtol=1e-12, atol=1e-12)
    for name, grad in both.grads.items():
        np.testing.assert_allclose(grad, one.grads[name] + two.grads[name], rtol=1e-11, atol=1e-11)


@over_all_kinds
@thorough(EXAMPLES)
@given(data=st.data(), dtype=dtypes, wants_dx=st.booleans())
def test_what_scratch_memory_holds_does_not_matter(
    kind: Kind, data: st.DataObject, dtype: Any, *, wants_dx: bool
) -> None:
    case = data.draw(cases(kind))
    given = arguments(case, dtype)
    clean = run(case, given, context(case, wants_dx=wants_dx))
    assert same_results(run(case, given, context(case, Poisoned(), wants_dx=wants_dx)), clean)
    assert all(np.isfinite(array).all() for array in clean.arrays)


@pytest.mark.parametrize("kind", [kind for kind in REGISTRY if kind.replayable], ids=lambda kind: kind.name)
@thorough(EXAMPLES)
@given(data=st.data(), dtype=dtypes, wants_dx=st.booleans())
def test_calls_made_again_give_what_the_layer_gives(
    kind: Kind, data: st.DataObject, dtype: Any, *, wants_dx: bool
) -> None:
    case = data.draw(cases(kind))
    noted, given = arguments(case, dtype), arguments(attrs.evolve(case, seed=case.seed + 1), dtype)
    gapped = attrs.evolve(given, xs=tuple(map(with_gaps, given.xs)), dy=with_gaps(given.dy))
    expected = run(case, gapped, context(case, wants_dx=wants_dx))
    assert same_results(replayed(case, noted, given, wants_dx=wants_dx), expected)


@over_all_kinds
@thorough(EXAMPLES)
@given(data=st.data())
def test_parameters_have_the_same_gradient_where_the_input_wants_none(kind: Kind, data: st.DataObject) -> None:
    case = data.draw(cases(kind))
    given = arguments(case)
    full, lean = run(case, given), run(case, given, context(case, wants_dx=False))
    assert all(dx is not None for dx in full.dxs)
    assert same_results(lean, attrs.evolve(full, dxs=lean.dxs))


@over_all_kinds
@thorough(EXAMPLES)
@given(data=st.data())
def test_gaps_in_the_memory_of_a_cotangent_do_not_matter(kind: Kind, data: st.DataObject) -> None:
    case = data.draw(cases(kind))
    dense = arguments(case)
    _same_values(run(case, dense), run(case, attrs.evolve(dense, dy=with_gaps(dense.dy))))


@over_all_kinds
@thorough(EXAMPLES)
@given(data=st.data())
def test_gaps_in_the_memory_of_an_input_do_not_matter(kind: Kind, data: st.DataObject) -> None:
    case = data.draw(cases(kind))
    dense = arguments(case)
    _same_values(run(case, dense), run(case, attrs.evolve(dense, xs=tuple(map(with_gaps, dense.xs)))))


def _same_values(left: Results, right: Results) -> None:
    for one, other in zip(left.arrays, right.arrays, strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-12, atol=1e-12)


def _arrays_in(residual: object) -> Iterator[Array]:
    if isinstance(residual, np.ndarray):
        yield residual
    elif isinstance(residual, tuple | list):
        for part in residual:
            yield from _arrays_in(part)
    elif isinstance(residual, dict):
        yield from _arrays_in(list(residual.values()))


def _join(left: Array | None, right: Array | None) -> Array:
    assert left is not None
    assert right is not None
    return np.concatenate([left, right], axis=-1)


def _joined(first: Arguments, second: Arguments) -> Arguments:
    xs = tuple(map(_join, first.xs, second.xs))
    return Arguments(xs, first.params, first.state, _join(first.dy, second.dy))

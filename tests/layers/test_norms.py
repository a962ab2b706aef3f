"""Normalisations: what they make of a batch, the running statistics, and the families that contain each other."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.layers import batch_norm, group_norm, layer_norm
from cnndsl.layers._kind import Array
from cnndsl.testing.calls import arguments, context, forward, run
from tests.layers.references import outer
from tests.strategies import Case, cases, maps, seeds, thorough

CASES = cases(batch_norm.KIND)


def statistics(x: Array) -> tuple[Array, Array]:
    """Mean and variance (of the population) of each channel of a batch in the outer layout."""
    axes = (0, *range(2, x.ndim))
    return x.mean(axes), x.var(axes)


@thorough(30)
@given(case=CASES, momentum=st.sampled_from((0.0, 0.1, 0.9, 1.0)))
def test_momentum_is_the_share_of_the_old_value_that_stays(case: Case, momentum: float) -> None:
    case = attrs.evolve(case, spec=attrs.evolve(case.spec, momentum=momentum), train=True)
    given = arguments(case)
    _, state, _ = forward(case, given)
    mean, var = statistics(outer(given.xs[0]))
    np.testing.assert_allclose(state["mean"], momentum * given.state["mean"] + (1 - momentum) * mean, atol=1e-12)
    np.testing.assert_allclose(state["var"], momentum * given.state["var"] + (1 - momentum) * var, atol=1e-12)


@thorough(20)
@given(case=CASES)
def test_outside_of_training_the_state_is_used_and_stays(case: Case) -> None:
    case = attrs.evolve(case, spec=attrs.evolve(case.spec, affine=False), train=False)
    given = arguments(case)
    y, state, _ = forward(case, given)
    assert state is given.state
    shape = (1, -1, *[1] * (outer(y).ndim - 2))
    mean, var = (given.state[name].reshape(shape) for name in ("mean", "var"))
    np.testing.assert_allclose(outer(y), (outer(given.xs[0]) - mean) / np.sqrt(var + case.spec.eps), atol=1e-12)


def test_repeated_batches_pull_the_running_statistics_to_theirs() -> None:
    case = Case(batch_norm.KIND, batch_norm.BatchNorm(), ((3, 5, 4),), images=7)
    given = arguments(case)
    for _ in range(200):
        _, state, _ = forward(case, given)
        given = attrs.evolve(given, state=dict(state))
    mean, var = statistics(outer(given.xs[0]))
    np.testing.assert_allclose(given.state["mean"], mean, rtol=1e-6)
    np.testing.assert_allclose(given.state["var"], var, rtol=1e-6)
    trained, tested = (forward(attrs.evolve(case, train=train), given)[0] for train in (True, False))
    np.testing.assert_allclose(tested, trained, atol=1e-6)


@pytest.mark.parametrize("kind", [batch_norm.KIND, layer_norm.KIND, group_norm.KIND], ids=lambda kind: kind.name)
def test_a_large_common_offset_costs_few_digits(kind) -> None:
    spec = kind.spec(**({"groups": 2} if kind is group_norm.KIND else {}), affine=False)
    case = Case(kind, spec, ((4, 16, 16),), images=8)
    given = arguments(case, np.float32)
    shifted = attrs.evolve(given, xs=(given.xs[0] + np.float32(1000),))
    np.testing.assert_allclose(run(case, shifted).y, run(case, given).y, atol=2e-4)


@pytest.mark.parametrize("kind", [batch_norm.KIND, layer_norm.KIND, group_norm.KIND], ids=lambda kind: kind.name)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_values_that_are_all_equal_become_the_bias(kind, dtype: type) -> None:
    spec = kind.spec(**({"groups": 1} if kind is group_norm.KIND else {}))
    case = Case(kind, spec, ((2, 3, 3),), images=4)
    given = arguments(case, dtype)
    flat = attrs.evolve(given, xs=(np.full_like(given.xs[0], 3),))
    result = run(case, flat)
    bias = given.params["bias"]
    expected = bias[:, None, None] if bias.ndim == 1 else bias
    np.testing.assert_allclose(outer(result.y), np.broadcast_to(expected, outer(result.y).shape), atol=1e-3)
    assert all(np.isfinite(array).all() for array in result.arrays)


@thorough(20)
@given(shape=maps(), seed=seeds())
def test_groupnorm_with_one_group_is_layernorm_without_its_affine_map(shape, seed: int) -> None:
    one = Case(group_norm.KIND, group_norm.GroupNorm(1, affine=False), (shape,), seed=seed)
    layer = attrs.evolve(one, kind=layer_norm.KIND, spec=layer_norm.LayerNorm(affine=False))
    for left, right in zip(run(one, arguments(one)).arrays, run(layer, arguments(layer)).arrays, strict=True):
        np.testing.assert_array_equal(left, right)


@thorough(20)
@given(shape=maps(2), seed=seeds())
def test_groupnorm_with_a_group_a_channel_is_batchnorm_of_each_image_alone(shape, seed: int) -> None:
    spec = group_norm.GroupNorm(shape[0], affine=False)
    case = Case(group_norm.KIND, spec, (shape,), images=1, seed=seed)
    batch = attrs.evolve(case, kind=batch_norm.KIND, spec=batch_norm.BatchNorm(affine=False), train=True)
    np.testing.assert_allclose(run(case, arguments(case)).y, run(batch, arguments(batch)).y, atol=1e-10)


def test_the_images_of_a_batch_see_each_other_in_training_alone() -> None:
    case = Case(batch_norm.KIND, batch_norm.BatchNorm(), ((2, 3, 3),), images=3)
    given = arguments(case)
    others = np.array(given.xs[0])
    others[..., 1:] += 1
    changed = attrs.evolve(given, xs=(others,))
    for train in (True, False):
        both = [forward(case, each, attrs.evolve(context(case), train=train))[0][..., 0] for each in (given, changed)]
        assert np.array_equal(*both) == (not train)

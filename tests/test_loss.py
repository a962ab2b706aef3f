"""Losses against their definitions, their slopes, each other, and scores that are out of all proportion."""

from __future__ import annotations

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.layers import softmax
from cnndsl.layers._kind import Array, Context
from cnndsl.loss import LOSSES, cross_entropy, softmax_cross_entropy
from tests.strategies import seeds, thorough

every_loss = pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
dtypes = pytest.mark.parametrize("dtype", [np.float32, np.float64])
sizes = st.tuples(st.integers(1, 7), st.integers(1, 5))  # classes, images


def softmax_of(scores: Array) -> Array:
    powers = np.exp(scores - scores.max(axis=0))
    return powers / powers.sum(axis=0)


def scores_and_labels(size: tuple[int, int], seed: int) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    return 2 * rng.standard_normal(size), rng.integers(size[0], size=size[1])


def own_slope(loss, scores: Array, labels: Array, along: Array) -> Array:
    """By central differences, image by image."""
    ahead, _ = loss(scores + 1e-5 * along, labels)
    behind, _ = loss(scores - 1e-5 * along, labels)
    return (ahead - behind) / 2e-5


@thorough(50)
@given(size=sizes, seed=seeds())
def test_each_image_has_the_logarithm_of_its_probability(size: tuple[int, int], seed: int) -> None:
    scores, labels = scores_and_labels(size, seed)
    probabilities = softmax_of(scores)
    expected = [-log(probabilities[label, image]) for image, label in enumerate(labels)]
    np.testing.assert_allclose(cross_entropy(probabilities, labels)[0], expected, rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(softmax_cross_entropy(scores, labels)[0], expected, rtol=1e-10, atol=1e-14)


@thorough(50)
@given(size=sizes, seed=seeds())
def test_the_fused_gradient_is_the_one_through_the_softmax_layer(size: tuple[int, int], seed: int) -> None:
    scores, labels = scores_and_labels(size, seed)
    layer, spec, ctx = softmax.KIND, softmax.Softmax(), Context()
    y, _, residual = layer.forward(spec, {}, {}, (scores,), ctx)
    losses, dy = cross_entropy(y, labels)
    (dscores,), _ = layer.backward(spec, {}, residual, dy, ctx)
    fused, dfused = softmax_cross_entropy(scores, labels)
    np.testing.assert_allclose(fused, losses, rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(dfused, dscores, rtol=1e-10, atol=1e-12)


@every_loss
@thorough(40)
@given(size=sizes, seed=seeds())
def test_the_gradient_is_the_slope(loss, size: tuple[int, int], seed: int) -> None:
    scores, labels = scores_and_labels(size, seed)
    scores = 0.1 + softmax_of(scores) if loss is cross_entropy else scores
    along = np.random.default_rng(seed + 1).standard_normal(size)
    _, gradient = loss(scores, labels)
    np.testing.assert_allclose((gradient * along).sum(axis=0), own_slope(loss, scores, labels, along), atol=1e-6)


@every_loss
@dtypes
def test_shapes_precision_and_arguments_stay(loss, dtype: type) -> None:
    scores = softmax_of(np.random.default_rng(0).standard_normal((4, 3))).astype(dtype)
    labels = np.array([3, 0, 2])
    before = scores.copy()
    scores.flags.writeable = labels.flags.writeable = False
    losses, gradient = loss(scores, labels)
    assert (losses.shape, losses.dtype) == ((3,), dtype)
    assert (gradient.shape, gradient.dtype) == ((4, 3), dtype)
    assert gradient.flags.writeable
    np.testing.assert_array_equal(scores, before)


@every_loss
@thorough(30)
@given(size=sizes, seed=seeds())
def test_images_do_not_see_each_other(loss, size: tuple[int, int], seed: int) -> None:
    scores, labels = scores_and_labels(size, seed)
    scores = softmax_of(scores)
    losses, gradient = loss(scores, labels)
    for image in range(size[1]):
        one, own = loss(scores[:, image : image + 1], labels[image : image + 1])
        np.testing.assert_allclose(losses[image], one[0], rtol=1e-13, atol=1e-15)
        np.testing.assert_allclose(gradient[:, image], own[:, 0], rtol=1e-13, atol=1e-15)


@thorough(50)
@given(size=sizes, seed=seeds(), shift=st.floats(-1e3, 1e3))
def test_the_fused_loss_does_not_see_a_common_shift_and_its_gradient_sums_to_zero(
    size: tuple[int, int], seed: int, shift: float
) -> None:
    scores, labels = scores_and_labels(size, seed)
    losses, gradient = softmax_cross_entropy(scores, labels)
    np.testing.assert_allclose(softmax_cross_entropy(scores + shift, labels)[0], losses, rtol=1e-9, atol=1e-10)
    np.testing.assert_allclose(gradient.sum(axis=0), 0, atol=1e-14)


@dtypes
def test_enormous_scores_have_finite_losses_and_gradients(dtype: type) -> None:
    scores = np.array([[1e30, 1e30, -1e30], [-1e30, -1e30, -1e30], [0, 1e30, -1e30]], dtype)
    losses, gradient = softmax_cross_entropy(scores, np.array([0, 1, 2]))
    np.testing.assert_allclose(losses, [0, 2e30, log(3)], rtol=1e-6)
    np.testing.assert_allclose(gradient, [[0, 0.5, 1 / 3], [0, -1, 1 / 3], [0, 0.5, -2 / 3]], atol=1e-6)


@dtypes
def test_a_probability_of_zero_has_a_finite_loss_and_gradient(dtype: type) -> None:
    losses, gradient = cross_entropy(np.array([[0, 1], [1, 0]], dtype), np.array([0, 0]))
    assert losses[0] == pytest.approx(-log(np.finfo(dtype).tiny))
    assert losses[1] == 0
    assert np.isfinite(gradient).all()


@dtypes
@pytest.mark.parametrize("classes", [1, 2, 10, 1000])
def test_no_idea_costs_the_logarithm_of_the_number_of_classes(classes: int, dtype: type) -> None:
    labels = np.arange(classes)
    fused, _ = softmax_cross_entropy(np.full((classes, classes), 7, dtype), labels)
    plain, _ = cross_entropy(np.full((classes, classes), 1 / classes, dtype), labels)
    assert fused.mean() == pytest.approx(log(classes), rel=1e-6)
    assert plain.mean() == pytest.approx(log(classes), rel=1e-6, abs=1e-6)

"""Losses against their definitions, their slopes, each other, and scores that are out of all proportion."""

from __future__ import annotations

import inspect
import pickle
from collections.abc import Callable
from math import log

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.layers import softmax
from cnndsl.layers._kind import Array, Context
from cnndsl.loss import LOSSES, Loss, cross_entropy, focal, hinge, mse, on_probabilities, softmax_cross_entropy
from cnndsl.settings import losses as schema
from tests.strategies import seeds, thorough

MAKERS: dict[str, Callable[[int], Loss]] = {
    "cross-entropy": lambda _: cross_entropy(),
    "smoothed": lambda _: cross_entropy(0.1),
    "weighted": lambda classes: cross_entropy(weights=1.0 + np.arange(classes)),
    "smoothed and weighted": lambda classes: cross_entropy(0.3, 0.5 + np.arange(classes)),
    "focal": lambda _: focal(),
    "focal 0.5": lambda _: focal(0.5),
    "mse": lambda _: mse(),
    "hinge": lambda _: hinge(),
    "hinge 0.3": lambda _: hinge(0.3),
}
each_loss = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
forms = pytest.mark.parametrize("form", [lambda loss: loss, on_probabilities], ids=["scores", "probabilities"])
dtypes = pytest.mark.parametrize("dtype", [np.float32, np.float64])
sizes = st.tuples(st.integers(1, 7), st.integers(1, 5))  # classes, images


def softmax_of(scores: Array) -> Array:
    powers = np.exp(scores - scores.max(axis=0))
    return powers / powers.sum(axis=0)


def scores_and_labels(size: tuple[int, int], seed: int) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    return 2 * rng.standard_normal(size), rng.integers(size[0], size=size[1])


def definition(name: str, classes: int) -> Callable[[Array, int], float]:
    """The loss of one image as its textbook has it, of scores and the right class."""
    smoothing = {"smoothed": 0.1, "smoothed and weighted": 0.3}.get(name, 0.0)
    weights = {"weighted": 1.0 + np.arange(classes), "smoothed and weighted": 0.5 + np.arange(classes)}
    gamma = {"focal": 2.0, "focal 0.5": 0.5}.get(name, 0.0)
    margin = {"hinge": 1.0, "hinge 0.3": 0.3}.get(name)

    def follow(z: Array, y: int) -> float:
        p = softmax_of(z)
        certain = np.eye(classes)[y]
        if name == "mse":
            return float(((p - certain) ** 2).mean())
        if margin is not None:
            return sum(max(0.0, margin - z[y] + z[k]) for k in range(classes) if k != y) / classes
        if gamma:
            return float(-((1 - p[y]) ** gamma) * log(p[y]))
        q = (1 - smoothing) * certain + smoothing / classes
        return float(-(weights.get(name, np.ones(classes)) * q * np.log(p)).sum())

    return follow


@pytest.mark.parametrize("name", MAKERS)
@thorough(40)
@given(size=sizes, seed=seeds())
def test_each_image_has_the_loss_of_the_textbook(name: str, size: tuple[int, int], seed: int) -> None:
    scores, labels = scores_and_labels(size, seed)
    values, _ = MAKERS[name](size[0]).each(scores, labels)
    follow = definition(name, size[0])
    expected = [follow(scores[:, image], label) for image, label in enumerate(labels)]
    np.testing.assert_allclose(values, expected, rtol=1e-9, atol=1e-12)


@each_loss
@thorough(40)
@given(size=sizes, seed=seeds())
def test_the_fused_form_is_the_composed_one(make, size: tuple[int, int], seed: int) -> None:
    scores, labels = scores_and_labels(size, seed)
    layer, spec, ctx = softmax.KIND, softmax.Softmax(), Context()
    y, _, residual = layer.forward(spec, {}, {}, (scores,), ctx)
    losses, dy = on_probabilities(make(size[0])).each(y, labels)
    (dscores,), _ = layer.backward(spec, {}, residual, dy, ctx)
    fused, dfused = make(size[0]).each(scores, labels)
    np.testing.assert_allclose(fused, losses, rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(dfused, dscores, rtol=1e-9, atol=1e-12)


def gap_of_kinks(loss: Loss, scores: Array, labels: Array) -> float:
    """How far the nearest margin is from being just met."""
    margin = loss.each.args[0] if loss.each.__class__.__name__ == "partial" else 0.0
    lacking = abs(margin + scores - scores[labels, np.arange(len(labels))])
    lacking[labels, np.arange(len(labels))] = 1
    return float(lacking.min())


@each_loss
@forms
@thorough(30)
@given(size=sizes, seed=seeds())
def test_the_gradient_is_the_slope(make, form, size: tuple[int, int], seed: int) -> None:
    scores, labels = scores_and_labels(size, seed)
    loss = make(size[0])
    if "hinge" in str(loss.each) and gap_of_kinks(loss, scores, labels) < 1e-3:
        return
    if form is on_probabilities:
        scores = softmax_of(scores)
    each = form(loss).each
    along = np.random.default_rng(seed + 1).standard_normal(size) * (scores if form is on_probabilities else 1)
    ahead, behind = (each(scores + sign * 1e-5 * along, labels)[0] for sign in (1, -1))
    _, gradient = each(scores, labels)
    np.testing.assert_allclose((gradient * along).sum(axis=0), (ahead - behind) / 2e-5, rtol=1e-6, atol=1e-6)


@each_loss
@forms
@dtypes
def test_shapes_precision_and_arguments_stay(make, form, dtype: type) -> None:
    scores = softmax_of(np.random.default_rng(0).standard_normal((4, 3))).astype(dtype)
    labels = np.array([3, 0, 2])
    before = scores.copy()
    scores.flags.writeable = labels.flags.writeable = False
    losses, gradient = form(make(4)).each(scores, labels)
    assert (losses.shape, losses.dtype) == ((3,), dtype)
    assert (gradient.shape, gradient.dtype) == ((4, 3), dtype)
    assert gradient.flags.writeable
    np.testing.assert_array_equal(scores, before)


@each_loss
@forms
@thorough(20)
@given(size=sizes, seed=seeds())
def test_images_do_not_see_each_other(make, form, size: tuple[int, int], seed: int) -> None:
    scores, labels = scores_and_labels(size, seed)
    scores, each = softmax_of(scores), form(make(size[0])).each
    losses, gradient = each(scores, labels)
    for image in range(size[1]):
        one, own = each(scores[:, image : image + 1], labels[image : image + 1])
        np.testing.assert_allclose(losses[image], one[0], rtol=1e-13, atol=1e-15)
        np.testing.assert_allclose(gradient[:, image], own[:, 0], rtol=1e-13, atol=1e-15)


@each_loss
@thorough(30)
@given(size=sizes, seed=seeds(), shift=st.floats(-1e3, 1e3))
def test_no_loss_sees_a_common_shift_and_its_gradient_sums_to_zero(
    make, size: tuple[int, int], seed: int, shift: float
) -> None:
    scores, labels = scores_and_labels(size, seed)
    losses, gradient = make(size[0]).each(scores, labels)
    np.testing.assert_allclose(make(size[0]).each(scores + shift, labels)[0], losses, rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(gradient.sum(axis=0), 0, atol=1e-13)


@each_loss
@dtypes
def test_enormous_scores_have_finite_losses_and_gradients(make, dtype: type) -> None:
    scores = np.array([[1e30, 1e30, -1e30], [-1e30, -1e30, -1e30], [0, 1e30, -1e30]], dtype)
    assert all(np.isfinite(array).all() for array in make(3).each(scores, np.array([0, 1, 2])))


@dtypes
def test_cross_entropy_of_enormous_scores(dtype: type) -> None:
    scores = np.array([[1e30, 1e30, -1e30], [-1e30, -1e30, -1e30], [0, 1e30, -1e30]], dtype)
    losses, gradient = softmax_cross_entropy(scores, np.array([0, 1, 2]))
    np.testing.assert_allclose(losses, [0, 2e30, log(3)], rtol=1e-6)
    np.testing.assert_allclose(gradient, [[0, 0.5, 1 / 3], [0, -1, 1 / 3], [0, 0.5, -2 / 3]], atol=1e-6)


@each_loss
@dtypes
def test_a_probability_of_zero_has_a_finite_loss_and_gradient(make, dtype: type) -> None:
    losses, gradient = on_probabilities(make(2)).each(np.array([[0, 1], [1, 0]], dtype), np.array([0, 0]))
    assert np.isfinite(losses).all()
    assert np.isfinite(gradient).all()


@dtypes
@pytest.mark.parametrize("classes", [1, 2, 10, 1000])
def test_no_idea_costs_the_logarithm_of_the_number_of_classes(classes: int, dtype: type) -> None:
    labels, loss = np.arange(classes), cross_entropy()
    fused, _ = loss.each(np.full((classes, classes), 7, dtype), labels)
    plain, _ = on_probabilities(loss).each(np.full((classes, classes), 1 / classes, dtype), labels)
    assert fused.mean() == pytest.approx(log(classes), rel=1e-6)
    assert plain.mean() == pytest.approx(log(classes), rel=1e-6, abs=1e-6)


@thorough(30)
@given(size=sizes, seed=seeds())
def test_losses_with_neutral_constants_are_cross_entropy(size: tuple[int, int], seed: int) -> None:
    scores, labels = scores_and_labels(size, seed)
    plain = softmax_cross_entropy(scores, labels)
    for other in (focal(0.0), cross_entropy(weights=np.ones(size[0]))):
        for mine, theirs in zip(other.each(scores, labels), plain, strict=True):
            np.testing.assert_allclose(mine, theirs, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize(("loss", "total"), [(cross_entropy(0.1), 3), (mse(), 3), (cross_entropy(weights=(1, 5)), 11)])
def test_a_batch_counts_its_images_or_their_weights(loss: Loss, total: float) -> None:
    labels = np.array([1, 0, 1])
    assert loss.total(labels) == total
    assert loss.mean(np.array([1, 2, 3], np.float32), labels) == 6 / total


@each_loss
@forms
def test_a_loss_can_be_sent_to_another_process(make, form) -> None:
    scores, labels = scores_and_labels((4, 3), 0)
    scores, loss = softmax_of(scores), form(make(4))
    sent = pickle.loads(pickle.dumps(loss))  # noqa: S301 - from the line itself
    assert all(map(np.array_equal, sent.each(scores, labels), loss.each(scores, labels)))
    assert sent.total(labels) == loss.total(labels)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        *((lambda value=value: cross_entropy(value), "label_smoothing") for value in (-0.1, 1.0, np.nan)),
        *((lambda value=value: cross_entropy(weights=(1, value)), "weights") for value in (0, -1, np.nan, np.inf)),
        *((lambda value=value: focal(value), "gamma") for value in (-1, np.nan, np.inf)),
        *((lambda value=value: hinge(value), "margin") for value in (0, -1, np.nan, np.inf)),
        (lambda: cross_entropy(weights=(1, 2)).each(np.zeros((3, 1)), np.array([0])), "2 weights for 3 classes"),
    ],
)
def test_bad_constants_are_refused_in_words(make, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make()


@pytest.mark.parametrize("name", schema.LOSSES.known)
def test_the_constants_of_a_file_are_those_of_the_function(name: str) -> None:
    fields = attrs.fields_dict(schema.LOSSES.find("loss", name))
    taken = inspect.signature(LOSSES[name]).parameters
    assert {field: each.default for field, each in fields.items()} == {
        parameter: each.default for parameter, each in taken.items()
    }

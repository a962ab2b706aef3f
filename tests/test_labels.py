"""Labels that are mixtures: their loss is the mixture of losses, and everything else takes them for labels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.compiler import compile_model
from cnndsl.labels import classes_of, is_mixture, label_type, mixture
from cnndsl.layers._kind import Array
from cnndsl.loss import LOSSES, cross_entropy, on_mixtures
from tests.strategies import thorough

MODEL = "input 1x6x6\nConv 3 3 1 1\nReLU\nPool 2\nFlatten\nFC 4\nSoftmax\n"


def some(images: int, parts: int, seed: int = 0) -> Array:
    rng = np.random.default_rng(seed)
    return mixture(rng.integers(0, 4, (images, parts)), rng.dirichlet(np.ones(parts), images))


def test_an_undivided_label_is_a_whole_number_and_a_mixture_is_a_record() -> None:
    assert label_type(1) == np.int64
    labels = some(5, 3)
    assert (labels.shape, labels.dtype, is_mixture(labels)) == ((5,), label_type(3), True)
    assert classes_of(labels).shape == (5, 3)
    plain = np.arange(4)
    assert classes_of(plain) is plain
    assert not is_mixture(plain)


@pytest.mark.parametrize("name", LOSSES)
@given(st.integers(1, 4), st.integers(0, 99))
@thorough(20)
def test_the_loss_of_a_mixture_is_the_weighted_mean(name: str, parts: int, seed: int) -> None:
    scores = np.random.default_rng(seed).uniform(0.1, 0.9, (4, 6))
    labels = some(6, parts + 1, seed)
    values, gradient = on_mixtures(LOSSES[name]()).each(scores, labels)
    for image, label in enumerate(labels):
        each = [LOSSES[name]().each(scores[:, [image]], np.array([own])) for own in label["classes"]]
        assert values[image] == pytest.approx(sum(w * v[0] for w, (v, _) in zip(label["weights"], each, strict=True)))
        wanted = sum(w * g[:, 0] for w, (_, g) in zip(label["weights"], each, strict=True))
        np.testing.assert_allclose(gradient[:, image], wanted, rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_loss_of_a_mixture_keeps_the_precision_and_the_scores(dtype: type) -> None:
    scores = np.random.default_rng(0).random((4, 6)).astype(dtype)
    scores.flags.writeable = False
    values, gradient = on_mixtures(LOSSES["cross_entropy"]()).each(scores, some(6, 2))
    assert (values.dtype, gradient.dtype) == (dtype, dtype)


def test_weights_of_classes_count_for_as_much_of_a_class_as_there_is() -> None:
    loss = on_mixtures(cross_entropy(weights=(1, 2, 3, 4)))
    labels = mixture(np.array([[0, 1], [3, 3]]), np.array([[0.25, 0.75], [0.5, 0.5]]))
    assert loss.total(labels) == pytest.approx(0.25 * 1 + 0.75 * 2 + 4)
    assert loss.total(np.array([0, 3])) == 5
    assert on_mixtures(cross_entropy()).total(labels) == pytest.approx(2)


def test_a_mixture_of_one_class_with_itself_is_that_class() -> None:
    program = compile_model(MODEL)
    params, state = program.init(0, dtype=np.float64)
    rng = np.random.default_rng(1)
    x, labels = rng.standard_normal((5, 1, 6, 6)), rng.integers(0, 4, 5)
    alone = program.loss_and_grads(params, state, x, labels)
    doubled = mixture(np.stack([labels, labels], axis=1), np.tile([0.25, 0.75], (5, 1)))
    loss, grads, _ = program.loss_and_grads(params, state, x, doubled)
    assert loss == pytest.approx(alone[0])
    for path, own in grads.items():
        for name, array in own.items():
            np.testing.assert_allclose(array, alone[1][path][name], atol=1e-12)


@pytest.mark.parametrize("wrong", [-1, 4])
def test_a_class_out_of_range_is_refused_in_a_mixture_too(wrong: int) -> None:
    program = compile_model(MODEL)
    params, state = program.init(0)
    labels = mixture(np.array([[0, 1], [2, wrong]]), np.full((2, 2), 0.5))
    with pytest.raises(ValueError, match=r"expected 0\.\.3"):
        program.loss_and_grads(params, state, np.zeros((2, 1, 6, 6), np.float32), labels)

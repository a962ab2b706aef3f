"""Scores over a whole split: what scikit-learn says, and what can be worked out by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from cnndsl.compiler import Program
from cnndsl.data import Split, Splits
from cnndsl.layers._kind import Array
from cnndsl.loss import mse
from cnndsl.training import confusion, evaluate


def oracle(classes: int) -> Any:
    """A network whose images are its scores, with a loss that is the score of the right class."""

    def losses(scores: Array, labels: Array) -> Array:
        return scores[np.arange(len(labels)), labels]

    return SimpleNamespace(
        output_shape=(classes,), loss=mse(), scores=lambda _params, _state, images: images, losses=losses
    )


def split_of(predicted: list[int], labels: list[int], classes: int) -> Split:
    """Images that :func:`oracle` takes for these classes."""
    return Split(np.eye(classes, dtype=np.float32)[predicted], np.array(labels))


def by_hand(predicted: list[int], labels: list[int], classes: int) -> float:
    """The mean of 2 TP / (2 TP + FP + FN) over the classes, 0 for 0/0."""
    pairs = list(zip(predicted, labels, strict=True))
    scores = []
    for one in range(classes):
        hits = sum(guess == label == one for guess, label in pairs)
        touched = predicted.count(one) + labels.count(one)
        scores.append(2 * hits / touched if touched else 0.0)
    return float(np.mean(scores))


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=30))
def test_macro_f1_is_the_mean_over_all_classes_of_the_whole_split(pairs: list[tuple[int, int]]) -> None:
    predicted, labels = map(list, zip(*pairs, strict=True))
    scores = evaluate(oracle(4), {}, {}, split_of(predicted, labels, 4))
    assert scores.macro_f1 == pytest.approx(by_hand(predicted, labels, 4), abs=1e-12)
    assert scores.accuracy == pytest.approx(np.mean(np.array(predicted) == labels), abs=1e-12)


def test_macro_f1_is_scikit_learns_with_zero_for_a_class_that_never_occurs() -> None:
    predicted, labels = [0, 0, 1, 1], [0, 1, 1, 1]
    (expected,) = [f1_score(labels, predicted, labels=range(3), average="macro", zero_division=0)]
    assert evaluate(oracle(3), {}, {}, split_of(predicted, labels, 3)).macro_f1 == expected
    assert expected == pytest.approx((2 / 3 + 4 / 5 + 0) / 3)


def test_the_loss_is_the_mean_in_double_precision() -> None:
    images = np.array([[1.0, 0.0], [0.0, 2.0**-25]], np.float32)
    assert evaluate(oracle(2), {}, {}, Split(images, np.array([0, 1]))).loss == (1 + 2.0**-25) / 2


def test_rows_of_the_confusion_matrix_are_true_classes() -> None:
    matrix = confusion(oracle(3), {}, {}, split_of([0, 1, 1, 2], [0, 0, 1, 0], 3))
    assert matrix.tolist() == [[1, 1, 1], [0, 1, 0], [0, 0, 0]]


def test_the_scores_do_not_depend_on_how_a_split_is_worked_off(program: Program, splits: Splits) -> None:
    params, state = program.init(1)
    whole = evaluate(program, params, state, splits.train)
    labels, images = splits.train.labels, splits.train.images
    pieces = [program.scores(params, state, images[start : start + 7]) for start in range(0, len(labels), 7)]
    predicted = np.concatenate(pieces).argmax(axis=1)
    assert whole.macro_f1 == f1_score(labels, predicted, average="macro", zero_division=0)
    assert whole.accuracy == (predicted == labels).mean()
    probabilities = program.predict(params, state, images)
    expected = -np.log(probabilities[np.arange(len(labels)), labels]).mean()
    assert whole.loss == pytest.approx(expected, rel=1e-5)

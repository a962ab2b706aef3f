"""Scores over a whole split: what scikit-learn says, and what can be worked out by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import classification_report, f1_score

from cnndsl.compiler import Program
from cnndsl.data import Split, Splits
from cnndsl.layers._kind import Array
from cnndsl.loss import mse
from cnndsl.settings.rules import METRICS, USUAL, better_if_low
from cnndsl.training import confusion, evaluate
from cnndsl.training.metrics import Scores, cost, judge, per_class


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


def test_the_weighted_f1_counts_each_class_by_its_images() -> None:
    predicted, labels = [0, 0, 1, 1, 0], [0, 1, 1, 1, 0]
    found = evaluate(oracle(3), {}, {}, split_of(predicted, labels, 3), ("weighted_f1",)).further
    assert found == {"weighted_f1": pytest.approx((2 * 4 / 5 + 3 * 4 / 5) / 5)}


@given(st.data(), st.integers(1, 12))
def test_the_right_class_is_among_the_highest_scores_or_not(data: st.DataObject, images: int) -> None:
    ranks = np.array([data.draw(st.permutations(range(12))) for _ in range(images)], np.float32)
    labels = np.array(data.draw(st.lists(st.integers(0, 11), min_size=images, max_size=images)))
    found = judge(oracle(12), ranks, labels, METRICS)
    for metric, count in {"accuracy": 1, "top_2": 2, "top_3": 3, "top_5": 5, "top_10": 10}.items():
        by_hand = [rank[label] >= 12 - count for rank, label in zip(ranks, labels, strict=True)]
        assert found[metric] == pytest.approx(np.mean(by_hand))
        assert cost(found, f"valid.{metric}") == -found[metric]
    assert cost(found, "valid.loss") == found.loss


def test_a_network_that_diverges_is_scored_all_the_same() -> None:
    scores = np.full((3, 4), np.nan, np.float32)
    found = judge(oracle(4), scores, np.array([0, 1, 2]), METRICS[:6])
    assert np.isnan(found.loss)
    assert 0 <= found["top_3"] <= 1


def test_only_what_is_asked_for_is_measured_besides_the_usual() -> None:
    scores = Scores(0.5, 0.75, 0.625, {"top_2": 1.0})
    assert scores.text(["top_2", "macro_f1"]) == "top 2 1.0000  macro F1 0.6250"
    assert [scores[metric] for metric in USUAL] == [0.5, 0.75, 0.625]
    with pytest.raises(KeyError):
        scores["top_3"]
    assert [metric for metric in METRICS if better_if_low(f"valid.{metric}")] == ["loss"]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), min_size=1, max_size=30))
def test_each_class_has_the_scores_of_scikit_learns_report(pairs: list[tuple[int, int]]) -> None:
    predicted, labels = map(np.array, zip(*pairs, strict=True))
    report = classification_report(labels, predicted, labels=range(4), output_dict=True, zero_division=0)
    for number, own in enumerate(per_class(labels, predicted, 4)):
        expected = report[str(number)]
        assert (own.precision, own.recall, own.f1) == (expected["precision"], expected["recall"], expected["f1-score"])
        assert own.support == expected["support"] == (labels == number).sum()


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

"""What a run says besides its numbers."""

from __future__ import annotations

from math import log

import attrs
import numpy as np
import pytest

from cnndsl.data import Splits
from cnndsl.loss import Loss, cross_entropy, on_probabilities
from cnndsl.training.remarks import loss_of_guessing, of_confusion, of_epoch, of_splits


def test_images_that_are_trained_on_and_tested_on_are_told(splits: Splits) -> None:
    assert not [*of_splits(splits)]
    valid, test = of_splits(attrs.evolve(splits, shared=(2, 1_200)))
    assert (valid.code, valid.severity) == ("D508", "warning")
    assert "train and valid (2 equal hashes)" in valid.message
    assert "train and test (1,200 equal hashes)" in test.message


@pytest.mark.parametrize("loss", [log(10), log(10) * 1.004, log(10) * 0.996])
def test_a_first_epoch_of_guesses_is_told(loss: float) -> None:
    (remark,) = of_epoch(1, loss, log(10))
    assert (remark.severity, remark.code) == ("warning", "T602")
    assert "2.3026" in str(remark)


@pytest.mark.parametrize(("epoch", "loss"), [(2, log(10)), (1, log(10) * 0.98), (1, log(10) * 1.02), (1, log(9))])
def test_other_epochs_are_not(epoch: int, loss: float) -> None:
    assert not [*of_epoch(epoch, loss, log(10))]


@pytest.mark.parametrize("loss", [cross_entropy(), on_probabilities(cross_entropy())])
def test_guessing_costs_the_logarithm_of_the_number_of_classes(loss: Loss) -> None:
    assert loss_of_guessing(loss, 7, np.array([0, 3, 6, 6])) == pytest.approx(log(7))


def test_classes_that_nobody_meets_are_told() -> None:
    counts = np.array([[3, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [1, 0, 0, 2]])
    (remark,) = of_confusion(counts, "test")
    assert (remark.severity, remark.code) == ("note", "T605")
    assert remark.message.startswith("test macro F1: classes 1, 2 have no samples and no predictions")


def test_a_class_that_is_only_predicted_or_only_there_is_not() -> None:
    assert not [*of_confusion(np.array([[1, 1], [0, 0]]), "test")]
    assert not [*of_confusion(np.array([[0, 0], [1, 1]]), "test")]

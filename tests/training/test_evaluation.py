"""Data that number their classes otherwise than the network does, and what a sweep of scores comes to."""

from __future__ import annotations

import numpy as np
import pytest

from cnndsl.data import Dataset, Labelled
from cnndsl.errors import SettingsError
from cnndsl.training.evaluation import _in_order


def dataset(*classes: str) -> Dataset:
    """A data set with an image of each class."""
    labelled = Labelled(np.zeros((len(classes), 1, 2, 2), np.uint8), np.arange(len(classes)))
    return Dataset(name="own", train=labelled, test=labelled, classes=classes, source="here")


def test_classes_are_told_by_their_names() -> None:
    labels = np.array([0, 1, 1])
    assert _in_order(labels, dataset("dog", "cat"), ("ape", "cat", "dog")).tolist() == [2, 1, 1]
    assert _in_order(labels, dataset("ape", "cat", "dog"), ("ape", "cat", "dog")) is labels


def test_a_class_that_the_network_does_not_know_is_refused() -> None:
    with pytest.raises(SettingsError, match="tell apart: emu, yak") as error:
        _in_order(np.array([0]), dataset("emu", "cat", "yak"), ("ape", "cat", "dog"))
    assert (error.value.code, error.value.hint) == ("D501", "it knows ape, cat, dog")

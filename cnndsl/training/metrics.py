"""How good a network is on a split: numbers for the whole of it, for each class, and who is taken for whom.

Axes: N images, K classes. scikit-learn is imported where it measures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from attrs import Factory, frozen

from cnndsl.compiler import Program
from cnndsl.data import Split
from cnndsl.layers._kind import Array, Tree
from cnndsl.settings.rules import TOP, better_if_low, title


@frozen
class Scores:
    """Of a whole split: mean of what is minimised, share of right answers, unweighted mean of the classes' F1.

    ``further`` holds the other metrics that were asked for, by name.
    """

    loss: float
    accuracy: float
    macro_f1: float
    further: Mapping[str, float] = Factory(dict)

    @property
    def by_name(self) -> dict[str, float]:
        """Every metric that was measured: as files have them."""
        return {"loss": self.loss, "accuracy": self.accuracy, "macro_f1": self.macro_f1, **self.further}

    def __getitem__(self, metric: str) -> float:
        """The value of a metric that was measured."""
        return self.by_name[metric]

    def get(self, metric: str) -> float | None:
        """The value of a metric, if it was measured."""
        return self.by_name.get(metric)

    def text(self, metrics: Sequence[str]) -> str:
        """``loss 0.1010  accuracy 0.9700  macro F1 0.9700``."""
        return "  ".join(f"{title(metric)} {self[metric]:.4f}" for metric in metrics)


@frozen
class ClassScores:
    """Of one class: how many of its answers are right, how many of its images are found, F1, number of images."""

    precision: float
    recall: float
    f1: float
    support: int


_ALWAYS = ("loss", "accuracy", "macro_f1")


def cost(scores: Scores, metric: str) -> float:
    """The value of a metric such as ``valid.accuracy``, negated where high is better: the lower the better."""
    value = scores[metric.rpartition(".")[2]]
    return value if better_if_low(metric) else -value


def evaluate(program: Program, params: Tree, state: Tree, split: Split, metrics: Sequence[str] = _ALWAYS) -> Scores:
    """Score a network on a split, in inference mode."""
    return judge(program, program.scores(params, state, split.images), split.labels, metrics)


def judge(program: Program, scores: Array, labels: Array, metrics: Sequence[str] = _ALWAYS) -> Scores:
    """What scores ``(N, K)`` of a program are worth, given the labels ``(N,)``.

    An F1 is over the whole split, never an average over batches; a class without samples and predictions counts as 0,
    as in scikit-learn.
    """
    predicted = scores.argmax(axis=1)
    return Scores(
        program.loss.mean(program.losses(scores, labels), labels),
        float((predicted == labels).mean()),
        _mean_f1(labels, predicted, scores.shape[1], "macro"),
        {metric: _further(metric, scores, labels) for metric in metrics if metric not in _ALWAYS},
    )


def per_class(labels: Array, predicted: Array, classes: int) -> tuple[ClassScores, ...]:
    """The scores of each class, of labels and predicted classes ``(N,)``; 0 divided by 0 is 0."""
    from sklearn.metrics import precision_recall_fscore_support

    columns = precision_recall_fscore_support(labels, predicted, labels=range(classes), zero_division=0)
    return tuple(
        ClassScores(float(precision), float(recall), float(f1), int(support))
        for precision, recall, f1, support in zip(*columns, strict=True)
    )


def confusion(program: Program, params: Tree, state: Tree, split: Split) -> Array:
    """Counts ``(K, K)``: rows are true classes, columns predicted ones."""
    predicted = program.scores(params, state, split.images).argmax(axis=1)
    return confusion_of(split.labels, predicted, program.output_shape[0])


def confusion_of(labels: Array, predicted: Array, classes: int) -> Array:
    """As :func:`confusion`, of labels and predicted classes ``(N,)``."""
    from sklearn.metrics import confusion_matrix

    matrix: Array = confusion_matrix(labels, predicted, labels=range(classes))
    return matrix


def _further(metric: str, scores: Array, labels: Array) -> float:
    if metric in TOP:
        return _top(TOP[metric], scores, labels)
    return _mean_f1(labels, scores.argmax(axis=1), scores.shape[1], metric.removesuffix("_f1"))


def _mean_f1(labels: Array, predicted: Array, classes: int, average: str) -> float:
    from sklearn.metrics import f1_score

    return float(f1_score(labels, predicted, labels=list(range(classes)), average=average, zero_division=0))


def _top(count: int, scores: Array, labels: Array) -> float:
    """The share of images whose class is among the ``count`` with the highest scores."""
    from sklearn.metrics import top_k_accuracy_score

    finite = np.nan_to_num(scores)  # of a network that diverges, about which the loss says enough
    return float(top_k_accuracy_score(labels, finite, k=count, labels=range(scores.shape[1])))

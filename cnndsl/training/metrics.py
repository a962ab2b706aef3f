"""How good a network is on a split: mean loss, accuracy, macro F1, confusion matrix."""

from __future__ import annotations

from attrs import frozen

from cnndsl.compiler import Program
from cnndsl.data import Split
from cnndsl.layers._kind import Array, Tree
from cnndsl.settings.rules import better_if_low


@frozen
class Scores:
    """Of a whole split: mean of what is minimised, share of right answers, unweighted mean of the classes' F1."""

    loss: float
    accuracy: float
    macro_f1: float


def cost(scores: Scores, metric: str) -> float:
    """The value of a metric such as ``valid.accuracy``, negated where high is better: the lower the better."""
    value: float = getattr(scores, metric.rpartition(".")[2])
    return value if better_if_low(metric) else -value


def evaluate(program: Program, params: Tree, state: Tree, split: Split) -> Scores:
    """Score a network on a split, in inference mode.

    The macro F1 is over the whole split, never an average over batches; a class without samples and predictions counts
    as 0, as in scikit-learn.
    """
    from sklearn.metrics import f1_score

    scores = program.scores(params, state, split.images)
    predicted = scores.argmax(axis=1)
    classes = range(program.output_shape[0])
    return Scores(
        program.loss.mean(program.losses(scores, split.labels), split.labels),
        float((predicted == split.labels).mean()),
        float(f1_score(split.labels, predicted, labels=list(classes), average="macro", zero_division=0)),
    )


def confusion(program: Program, params: Tree, state: Tree, split: Split) -> Array:
    """Counts ``(classes, classes)``: rows are true classes, columns predicted ones."""
    from sklearn.metrics import confusion_matrix

    predicted = program.scores(params, state, split.images).argmax(axis=1)
    matrix: Array = confusion_matrix(split.labels, predicted, labels=range(program.output_shape[0]))
    return matrix

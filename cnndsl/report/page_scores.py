"""How good a network is, as a page shows it: curves, the confusion matrix, and what follows from it for each class."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from cnndsl.report.charts import Chart, Series
from cnndsl.report.findings import Findings
from cnndsl.report.pictures import data_uri, png

_MOST_NUMBERS = 20  # classes whose confusion matrix is shown in numbers
_INK = (47, 102, 208)
_PAIRS = 12


@frozen
class ClassRow:
    """A class: how many there are, how many of those named so are, and how many of those that are were named so."""

    name: str
    images: int
    precision: float
    recall: float
    f1: float


@frozen
class Matrix:
    """The confusion matrix: cells as (count, share of the row), or a picture where that would be too many numbers.

    ``pairs`` are what is most often taken for what: true class, predicted class, how often.
    """

    cells: tuple[tuple[tuple[int, float], ...], ...]
    picture: str
    pairs: tuple[tuple[str, str, int], ...]


def class_rows(findings: Findings) -> tuple[ClassRow, ...]:
    """What the confusion matrix says of each class; a share of nothing is zero."""
    counts = np.array(findings.confusion)
    right, named, there = counts.diagonal(), counts.sum(axis=0), counts.sum(axis=1)
    return tuple(
        ClassRow(
            name,
            int(there[number]),
            *(
                float(share)
                for share in (
                    right[number] / max(1, named[number]),
                    right[number] / max(1, there[number]),
                    2 * right[number] / max(1, named[number] + there[number]),
                )
            ),
        )
        for number, name in enumerate(findings.classes)
    )


def matrix_of(findings: Findings) -> Matrix:
    """The confusion matrix, as it can be read."""
    counts = np.array(findings.confusion)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    wrong = counts * (1 - np.eye(len(counts), dtype=counts.dtype))
    order = np.argsort(-wrong, axis=None, kind="stable")[:_PAIRS]
    places = [divmod(int(place), len(counts)) for place in order]
    pairs = tuple(
        (findings.classes[row], findings.classes[column], int(wrong[row, column]))
        for row, column in places
        if wrong[row, column]
    )
    if len(counts) > _MOST_NUMBERS:
        opaque = np.sqrt(shares)[..., None] * 255
        ink = np.broadcast_to(np.array(_INK, np.uint8), (*shares.shape, 3))
        return Matrix((), data_uri(png(np.concatenate([ink, opaque.round().astype(np.uint8)], axis=-1))), pairs)
    cells = tuple(
        tuple((int(count), float(share)) for count, share in zip(row, own, strict=True))
        for row, own in zip(counts, shares, strict=True)
    )
    return Matrix(cells, "", pairs)


def charts_of(findings: Findings) -> tuple[Chart, ...]:
    """Loss, accuracy, macro F1 and learning rate over the epochs; the epoch that was kept is marked."""
    epochs, mark = findings.epochs, float(findings.best_epoch)
    return (
        Chart(
            findings.loss_label,
            (
                Series("training loss", [(one.number, one.train_loss) for one in epochs], 1),
                Series("validation loss", [(one.number, one.valid_loss) for one in epochs], 2),
            ),
            "epoch",
            mark,
        ),
        Chart(
            "accuracy",
            (Series("validation accuracy", [(one.number, one.accuracy) for one in epochs], 3),),
            "epoch",
            mark,
            from_zero=False,
        ),
        Chart(
            "macro F1",
            (Series("validation macro F1", [(one.number, one.macro_f1) for one in epochs], 4),),
            "epoch",
            mark,
            from_zero=False,
        ),
        Chart("learning rate", (Series("learning rate", findings.rates, 1, dots=False),), "epochs done"),
    )

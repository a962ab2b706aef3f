"""The tables of a run: one row an epoch, one row for the test. The earlier program's form on request.

The CSV files hold no times, so that equal runs write equal bytes.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from attrs import frozen

from cnndsl.settings.rules import USUAL
from cnndsl.training.metrics import Scores, cost


@frozen
class Row:
    """An epoch: the mean loss over its training batches, and the scores on validation after it."""

    epoch: int
    train_loss: float
    valid: Scores


def best(rows: list[Row], metric: str = "valid.macro_f1") -> Row:
    """The row with the best value of a metric; of equal ones the one with the lower loss, then the first."""
    return min(rows, key=lambda row: (cost(row.valid, metric), row.valid.loss, row.epoch))


def history_csv(rows: list[Row], metric: str = "valid.macro_f1", columns: Sequence[str] = USUAL) -> str:
    """``history.csv``, with a column for each of these metrics; the best row is that of :func:`best`."""
    table = [
        [row.epoch, row.train_loss, *(row.valid[column] for column in columns), int(row == best(rows, metric))]
        for row in rows
    ]
    return _csv(["epoch", "train_loss", *(f"valid_{column}" for column in columns), "best"], table)


def test_csv(epoch: int, test: Scores, columns: Sequence[str]) -> str:
    """``test.csv``: the best network's scores on the test split."""
    head = ["best_epoch", *(f"test_{column}" for column in columns)]
    return _csv(head, [[epoch, *(test[column] for column in columns)]])


def legacy_history_csv(rows: list[Row], images: int) -> str:
    """The earlier program's columns; its loss is the sum over the ``images`` of the validation split."""
    table = [[row.epoch, row.valid.loss * images, row.valid.accuracy, row.valid.macro_f1] for row in rows]
    return _csv(["Epoch", "Loss", "Accuracy", "Macro F1"], table)


def legacy_test_csv(test: Scores, images: int) -> str:
    """The earlier program's columns for the test; its loss is the sum over the ``images`` of the split."""
    return _csv(["Loss", "Accuracy", "Macro F1"], [[test.loss * images, test.accuracy, test.macro_f1]])


def _csv(header: list[str], rows: list[list[float]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()

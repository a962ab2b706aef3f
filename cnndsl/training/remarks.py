"""What a run has to say besides its numbers: that nothing is learnt, or that a number means less than it seems."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
from attrs import frozen

from cnndsl.data import Splits
from cnndsl.layers._kind import Array
from cnndsl.loss import Loss

_NEAR = 0.005  # of the loss that guessing has: a network that learns is further below it after its first step or two


@frozen
class Remark:
    """A finding about a run, which goes on; ``code`` is explained by ``cnndsl explain``."""

    severity: Literal["warning", "note"]
    code: str
    message: str
    hint: str

    def __str__(self) -> str:
        return f"{self.severity} {self.code}: {self.message}\n  = hint: {self.hint}"


def of_splits(splits: Splits) -> Iterator[Remark]:
    """D508 for validation and test images that are trained on."""
    for part, count in zip(("valid", "test"), splits.shared, strict=True):
        if count:
            message = f"the same images occur in train and {part} ({count:,} equal hashes)"
            yield Remark("warning", "D508", message, "remove them from one of the two")


def of_epoch(epoch: int, train_loss: float, guessed: float) -> Iterator[Remark]:
    """T602 where the mean loss of the first epoch is :func:`that of guessing <loss_of_guessing>`."""
    if epoch == 1 and abs(train_loss - guessed) < _NEAR * guessed:
        message = f"the loss stayed at {guessed:.4f}, that of guessing, for a whole epoch: nothing is learnt"
        yield Remark("warning", "T602", message, "a learning rate ten times larger or smaller: `--lr`")


def loss_of_guessing(loss: Loss, classes: int, labels: Array) -> float:
    """The mean loss of labels ``(N,)`` where all classes score alike: ln(classes), if it is plain cross-entropy."""
    alike = np.full((classes, len(labels)), 1 / classes)
    values, _ = loss.each(alike, labels)
    return loss.mean(values, labels)


def of_confusion(counts: Array, part: str) -> Iterator[Remark]:
    """T605 for classes with neither samples nor predictions.

    Parameters
    ----------
    counts
        ``(classes, classes)``: rows are true classes, columns predicted ones.
    part
        What the images are there for, such as ``test``.
    """
    absent = [str(number) for number, own in enumerate(counts) if not own.any() and not counts[:, number].any()]
    if absent:
        classes = f"class{'es' if len(absent) > 1 else ''} {', '.join(absent)}"
        message = f"{part} macro F1: {classes} {'have' if len(absent) > 1 else 'has'} no samples and no predictions"
        yield Remark("note", "T605", f"{message}; counted as 0 (as scikit-learn)", f"more {part} images")

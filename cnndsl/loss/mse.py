"""Mean squared error between the probabilities and certainty (Brier, 1950, over the number of classes)."""

from __future__ import annotations

import numpy as np

from cnndsl.loss._kind import Array, Loss, log_softmax


def mse() -> Loss:
    """The mean over the classes of ``(p - onehot(y))^2``."""
    return Loss(_mse)


def _mse(scores: Array, labels: Array) -> tuple[Array, Array]:
    probabilities = np.exp(log_softmax(scores))
    difference = probabilities.copy()
    difference[labels, np.arange(len(labels))] -= 1
    values = np.square(difference).mean(axis=0)
    # The Jacobian of the softmax, times the gradient by p, which is 2 / K of the difference.
    difference -= (probabilities * difference).sum(axis=0)
    difference *= probabilities
    difference *= 2 / len(scores)
    return values, difference

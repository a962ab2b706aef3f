"""Focal loss: cross-entropy that counts for less where the network is right already (Lin et al., 2017)."""

from __future__ import annotations

from functools import partial

import numpy as np

from cnndsl.loss._kind import Array, Loss, log_softmax


def focal(gamma: float = 2.0) -> Loss:
    """``-(1 - p[y])^gamma log p[y]``; with ``gamma`` 0 it is cross-entropy.

    Raises ``ValueError`` for a negative ``gamma``.
    """
    if not 0 <= gamma < float("inf"):
        raise ValueError(f"gamma must be 0 or more, got {gamma}")
    return Loss(partial(_focal, gamma))


def _focal(gamma: float, scores: Array, labels: Array) -> tuple[Array, Array]:
    images = np.arange(len(labels))
    logarithms = log_softmax(scores)
    own = logarithms[labels, images]
    miss = -np.expm1(own)  # 1 - p[y], with all its digits
    factor = miss**gamma
    # log p / (1 - p), which tends to -1 where p tends to 1
    ratio = np.divide(own, miss, out=np.full_like(own, -1), where=miss > 0)
    slope = factor * (gamma * np.exp(own) * ratio - 1)  # of the loss, by log p[y]
    gradient = np.exp(logarithms)
    gradient *= -slope
    gradient[labels, images] += slope
    return -factor * own, gradient

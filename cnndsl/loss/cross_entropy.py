"""Cross-entropy: ``-log p[y]``, with label smoothing and weights of classes on request."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from cnndsl.loss._kind import Array, Loss, log_softmax


def cross_entropy(label_smoothing: float = 0.0, weights: Sequence[float] | None = None) -> Loss:
    """``-sum(w q log p)`` over the classes, the mean over a batch being the sum over ``sum(w[y])``, as PyTorch.

    ``q`` is ``label_smoothing / K`` for all classes and ``1 - label_smoothing`` more for the right one (Szegedy et al.,
    2016); ``weights`` has one ``w`` a class.

    Raises ``ValueError`` for a ``label_smoothing`` outside [0, 1), or weights that are not all above 0.
    """
    if not 0 <= label_smoothing < 1:
        raise ValueError(f"label_smoothing must be in [0, 1), got {label_smoothing}")
    if weights is not None and not all(0 < weight < float("inf") for weight in weights):
        raise ValueError(f"weights must be numbers above 0, got {list(weights)}")
    if weights is None:
        return Loss(partial(_smoothed, label_smoothing, None) if label_smoothing else softmax_cross_entropy)
    own = tuple(map(float, weights))
    return Loss(partial(_smoothed, label_smoothing, own), partial(_total_weight, own))


def softmax_cross_entropy(scores: Array, labels: Array) -> tuple[Array, Array]:
    """``logsumexp(z) - z[y]`` and ``softmax(z) - onehot(y)``, shifted so that nothing overflows."""
    shifted = scores - scores.max(axis=0)
    images = np.arange(len(labels))
    own = shifted[labels, images]
    gradient = np.exp(shifted)
    total = gradient.sum(axis=0)
    gradient /= total
    gradient[labels, images] -= 1
    return np.log(total) - own, gradient


def _smoothed(smoothing: float, weights: tuple[float, ...] | None, scores: Array, labels: Array) -> tuple[Array, Array]:
    classes = len(scores)
    target = np.full_like(scores, smoothing / classes)
    target[labels, np.arange(len(labels))] += 1 - smoothing
    if weights is not None:
        if len(weights) != classes:
            raise ValueError(f"there are {len(weights)} weights for {classes} classes")
        target *= np.asarray(weights, scores.dtype)[:, np.newaxis]
    logarithms = log_softmax(scores)
    values = -(target * logarithms).sum(axis=0)
    gradient = np.exp(logarithms)
    gradient *= target.sum(axis=0)
    gradient -= target
    return values, gradient


def _total_weight(weights: tuple[float, ...], labels: Array) -> float:
    return float(np.asarray(weights)[labels].sum())

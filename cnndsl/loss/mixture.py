"""The loss of labels that are mixtures: the weighted mean of those of their classes (Zhang et al., 2018)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from cnndsl.labels import is_mixture
from cnndsl.loss._kind import Array, Loss


def on_mixtures(loss: Loss) -> Loss:
    """The same loss, which takes mixtures (:mod:`cnndsl.labels`) as well as labels that are one class."""
    return Loss(partial(_each, loss.each), partial(_total, loss.total))


def _each(each: Callable[[Array, Array], tuple[Array, Array]], scores: Array, labels: Array) -> tuple[Array, Array]:
    if not is_mixture(labels):
        return each(scores, labels)
    values, gradient = np.zeros(len(labels), scores.dtype), np.zeros_like(scores)
    for classes, weights in zip(labels["classes"].T, labels["weights"].T.astype(scores.dtype), strict=True):
        own_values, own_gradient = each(scores, classes)
        values += weights * own_values
        gradient += weights * own_gradient
    return values, gradient


def _total(total: Callable[[Array], float], labels: Array) -> float:
    if not is_mixture(labels):
        return total(labels)
    amounts = np.bincount(labels["classes"].ravel(), labels["weights"].ravel())
    return float(sum(amount * total(np.array([own])) for own, amount in enumerate(amounts) if amount))

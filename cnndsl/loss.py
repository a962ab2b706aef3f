"""Losses: functions of scores ``(K, N)`` and labels ``(N,)`` that return one loss an image, and the gradient.

Each returns ``(values (N,), gradient (K, N))``, the gradient being that of the sum of the values.
``softmax_cross_entropy`` takes the scores before the softmax and is stable for any finite ones; ``cross_entropy`` takes
probabilities. For ``p = softmax(z)`` both are the same function of ``z``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def softmax_cross_entropy(scores: Array, labels: Array) -> tuple[Array, Array]:
    """``logsumexp(z) - z[label]`` and ``softmax(z) - onehot(label)``, shifted so that nothing overflows."""
    shifted = scores - scores.max(axis=0)
    images = np.arange(len(labels))
    own = shifted[labels, images]
    gradient = np.exp(shifted)
    total = gradient.sum(axis=0)
    gradient /= total
    gradient[labels, images] -= 1
    return np.log(total) - own, gradient


def cross_entropy(scores: Array, labels: Array) -> tuple[Array, Array]:
    """``-log p[label]`` and its gradient; a probability that rounded to zero counts as the smallest normal number."""
    images = np.arange(len(labels))
    own = np.maximum(scores[labels, images], np.finfo(scores.dtype).tiny)
    gradient = np.zeros_like(scores)
    gradient[labels, images] = -1 / own
    return -np.log(own), gradient


LOSSES: dict[str, Callable[[Array, Array], tuple[Array, Array]]] = {
    "softmax_cross_entropy": softmax_cross_entropy,
    "cross_entropy": cross_entropy,
}

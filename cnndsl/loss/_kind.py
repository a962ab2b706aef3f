"""What a loss is, and what losses share. Scores have the batch innermost: ``(K, N)``; labels are ``(N,)`` integers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

Array = NDArray[Any]


@frozen(eq=False)
class Loss:
    """One loss an image, and how the images of a batch make one number.

    ``each(scores, labels)`` gives the losses ``(N,)`` and the gradient ``(K, N)`` of their sum, a new array. The loss
    of a batch is their sum over ``total(labels)``, which is the number of images unless images weigh differently. Both
    are module-level functions or :func:`functools.partial` of one, so that a loss can be sent to another process.
    """

    each: Callable[[Array, Array], tuple[Array, Array]]
    total: Callable[[Array], float] = len

    def mean(self, values: Array, labels: Array) -> float:
        """The loss of images from what ``each`` gave for them, added in double precision."""
        return float(values.sum(dtype=np.float64) / self.total(labels))


def on_probabilities(loss: Loss) -> Loss:
    """The same loss of probabilities ``(K, N)``, which are the softmax of their own logarithms.

    A probability that rounded to zero counts as the smallest number whose inverse leaves room for weights of classes.
    """
    return Loss(partial(_of_logarithms, loss.each), loss.total)


def _of_logarithms(
    each: Callable[[Array, Array], tuple[Array, Array]], probabilities: Array, labels: Array
) -> tuple[Array, Array]:
    precision = np.finfo(probabilities.dtype)
    positive = np.maximum(probabilities, precision.tiny / precision.eps)
    values, gradient = each(np.log(positive), labels)
    gradient /= positive
    return values, gradient


def log_softmax(scores: Array) -> Array:
    """``z - logsumexp(z)`` over the classes, shifted so that nothing overflows."""
    shifted: Array = scores - scores.max(axis=0)
    shifted -= np.log(np.exp(shifted).sum(axis=0))
    return shifted

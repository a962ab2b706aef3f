"""Hinge loss over several classes: the right score should win by a margin (Weston and Watkins, 1999)."""

from __future__ import annotations

from functools import partial

import numpy as np

from cnndsl.loss._kind import Array, Loss


def hinge(margin: float = 1.0) -> Loss:
    """``sum(max(0, margin - z[y] + z[k]) for k != y) / K``, on the scores, as PyTorch's ``MultiMarginLoss``.

    Raises ``ValueError`` unless ``margin`` is above 0.
    """
    if not 0 < margin < float("inf"):
        raise ValueError(f"margin must be above 0, got {margin}")
    return Loss(partial(_hinge, margin))


def _hinge(margin: float, scores: Array, labels: Array) -> tuple[Array, Array]:
    classes, images = len(scores), np.arange(len(labels))
    lacking = scores - scores[labels, images]
    lacking += margin
    lacking[labels, images] = 0
    np.maximum(lacking, 0, out=lacking)
    gradient = np.sign(lacking)
    gradient[labels, images] = -gradient.sum(axis=0)
    gradient /= classes
    return lacking.sum(axis=0) / classes, gradient

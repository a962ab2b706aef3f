"""Losses: what training minimises. ``K`` is the number of classes, ``y`` the right one, ``z`` the scores of an image.

Each constructor gives a :class:`Loss`, a pair of pure functions over scores, which are what reaches a final softmax:
``p = softmax(z)`` is taken inside, in a form that is stable for any finite scores. Conventions are PyTorch's.
:func:`on_probabilities` is the same loss of ``p``.
"""

from __future__ import annotations

from collections.abc import Callable

from cnndsl.loss._kind import Loss, on_probabilities
from cnndsl.loss.cross_entropy import cross_entropy, softmax_cross_entropy
from cnndsl.loss.focal import focal
from cnndsl.loss.hinge import hinge
from cnndsl.loss.mixture import on_mixtures
from cnndsl.loss.mse import mse

__all__ = [
    "LOSSES",
    "Loss",
    "cross_entropy",
    "focal",
    "hinge",
    "mse",
    "on_mixtures",
    "on_probabilities",
    "softmax_cross_entropy",
]

#: What files call by name; each takes its constants by name.
LOSSES: dict[str, Callable[..., Loss]] = {"cross_entropy": cross_entropy, "focal": focal, "mse": mse, "hinge": hinge}

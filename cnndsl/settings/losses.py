"""What training minimises: the mean over the images of a batch. ``K`` is the number of classes, ``y`` the right one.

``p`` are the probabilities (the softmax of the scores ``z`` where the network does not end in one).
"""

from __future__ import annotations

from cnndsl.settings._domains import DECAY, NOT_NEGATIVE, POSITIVE, Constructors, Items, Unless
from cnndsl.settings._fields import setting, settings_spec


@settings_spec
class CrossEntropy:
    """``-sum(q log p)`` with ``q`` = ``1 - label_smoothing`` for the right class, plus ``label_smoothing / K`` for all.

    With ``weights`` each ``q`` is times the weight of its class, and the mean of a batch divides by the sum of the
    weights of the right classes. As PyTorch.
    """

    label_smoothing: float = setting("the share of certainty that goes to all classes", DECAY, 0.0)
    weights: tuple[float, ...] | None = setting(
        "a weight for each class, in order", Unless("none", Items(POSITIVE)), None
    )


@settings_spec
class Focal:
    """``-(1 - p[y])^gamma log p[y]``: what is right already counts for less (Lin et al., 2017)."""

    gamma: float = setting("0 is cross-entropy", NOT_NEGATIVE, 2.0)


@settings_spec
class Mse:
    """The mean over the classes of ``(p - onehot(y))^2``."""


@settings_spec
class Hinge:
    """``sum(max(0, margin - z[y] + z[k]) for k != y) / K`` on the scores. As PyTorch's ``MultiMarginLoss``."""

    margin: float = setting("by how much the right class should win", POSITIVE, 1.0)


Loss = CrossEntropy | Focal | Mse | Hinge
LOSSES = Constructors((CrossEntropy, Focal, Mse, Hinge))

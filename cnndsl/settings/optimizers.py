"""The optimisers that a file may name. ``w`` is a parameter, ``g`` its gradient, ``t`` counts steps from 1.

Formulas and constants are PyTorch's, but for :class:`Lion`, which PyTorch has not.
"""

from __future__ import annotations

from typing import ClassVar

from cnndsl.settings._domains import DECAY, INSIDE, NOT_NEGATIVE, POSITIVE, Constructors
from cnndsl.settings._fields import setting, settings_spec

_LR = "the size of a step"
_SHRINK = "joins `g` as `weight_decay w`, of matrices and kernels; biases and normalisations are left alone"


@settings_spec
class Sgd:
    """Gradient descent: ``w <- w - lr v`` with ``v <- momentum v + g``; without momentum ``v`` is ``g``."""

    usual_lr: ClassVar = (1e-5, 10.0)
    lr: float = setting(_LR, POSITIVE, 1e-3)
    momentum: float = setting("the share of the last direction that stays", DECAY, 0.0)
    weight_decay: float = setting(_SHRINK, NOT_NEGATIVE, 0.0)


@settings_spec
class Momentum:
    """Gradient descent with momentum: ``v <- momentum v + g``, ``w <- w - lr v``."""

    usual_lr: ClassVar = (1e-5, 10.0)
    lr: float = setting(_LR, POSITIVE, 1e-3)
    momentum: float = setting("the share of the last direction that stays", INSIDE, 0.9)
    weight_decay: float = setting(_SHRINK, NOT_NEGATIVE, 0.0)


@settings_spec
class Nesterov:
    """Nesterov's momentum: ``v <- momentum v + g``, ``w <- w - lr (g + momentum v)`` (Sutskever et al., 2013)."""

    usual_lr: ClassVar = (1e-5, 10.0)
    lr: float = setting(_LR, POSITIVE, 1e-3)
    momentum: float = setting("the share of the last direction that stays", INSIDE, 0.9)
    weight_decay: float = setting(_SHRINK, NOT_NEGATIVE, 0.0)


@settings_spec
class Adam:
    """Adam with bias correction: ``w <- w - lr m / (sqrt(s) + eps)`` (Kingma and Ba, 2015).

    ``m`` and ``s`` are the running means of ``g`` and ``g^2``, over ``1 - beta1^t`` and ``1 - beta2^t``.
    """

    usual_lr: ClassVar = (1e-6, 1.0)
    lr: float = setting(_LR, POSITIVE, 1e-3)
    beta1: float = setting("the share of the running mean of the gradient that stays", DECAY, 0.9)
    beta2: float = setting("the share of the running mean of its square that stays", DECAY, 0.999)
    eps: float = setting("what keeps the division from zero, outside the root", NOT_NEGATIVE, 1e-8)


@settings_spec
class Adamw:
    """Adam with decoupled weight decay: ``w <- (1 - lr weight_decay) w``, then Adam's step.

    Loshchilov and Hutter, 2019. Biases and the scales of normalisations do not decay.
    """

    usual_lr: ClassVar = (1e-6, 1.0)
    lr: float = setting(_LR, POSITIVE, 1e-3)
    weight_decay: float = setting("by what share of lr weights shrink in a step", NOT_NEGATIVE, 1e-2)
    beta1: float = setting("the share of the running mean of the gradient that stays", DECAY, 0.9)
    beta2: float = setting("the share of the running mean of its square that stays", DECAY, 0.999)
    eps: float = setting("what keeps the division from zero, outside the root", NOT_NEGATIVE, 1e-8)


@settings_spec
class Rmsprop:
    """RMSProp: ``s <- decay s + (1 - decay) g^2``, ``w <- w - lr g / (sqrt(s) + eps)`` (Tieleman and Hinton, 2012)."""

    usual_lr: ClassVar = (1e-6, 1.0)
    lr: float = setting(_LR, POSITIVE, 1e-3)
    decay: float = setting("the share of the running mean of the squared gradient that stays", DECAY, 0.99)
    eps: float = setting("what keeps the division from zero, outside the root", NOT_NEGATIVE, 1e-8)


@settings_spec
class Adagrad:
    """Adagrad: ``s <- s + g^2``, ``w <- w - lr g / (sqrt(s) + eps)`` (Duchi et al., 2011)."""

    usual_lr: ClassVar = (1e-5, 10.0)
    lr: float = setting(_LR, POSITIVE, 1e-2)
    eps: float = setting("what keeps the division from zero, outside the root", NOT_NEGATIVE, 1e-10)


@settings_spec
class Lion:
    """Lion: ``w <- w - lr (sign(beta1 m + (1 - beta1) g) + weight_decay w)``, ``m <- beta2 m + (1 - beta2) g``.

    Chen et al., 2023. Biases and the scales of normalisations do not decay.
    """

    usual_lr: ClassVar = (1e-7, 0.1)
    lr: float = setting(_LR, POSITIVE, 1e-4)
    beta1: float = setting("the share of the running mean in the direction of a step", DECAY, 0.9)
    beta2: float = setting("the share of the running mean of the gradient that stays", DECAY, 0.99)
    weight_decay: float = setting("by what share of lr weights shrink in a step", NOT_NEGATIVE, 0.0)


Optimizer = Sgd | Momentum | Nesterov | Adam | Adamw | Rmsprop | Adagrad | Lion
OPTIMIZERS = Constructors((Sgd, Momentum, Nesterov, Adam, Adamw, Rmsprop, Adagrad, Lion))

"""Optimisers as pairs of pure functions over parameter dicts, after optax.

``init(params) -> state`` and ``update(grads, state, params) -> updates, state``; :func:`apply_updates` adds the
updates, :func:`chain` composes. Trees are ``{path: {name: array}}``. A learning rate is a number or a function of the
steps done, such as :func:`cnndsl.schedule.in_steps` gives. Formulas and constants are PyTorch's, so that results can be
compared; Lion's are its paper's.
"""

from __future__ import annotations

from collections.abc import Callable

from cnndsl.optim._base import Array, Optimiser, Tree, apply_updates, chain
from cnndsl.optim._rate import Rate, descend, rate_at, scale
from cnndsl.optim.adam import adam, adamw
from cnndsl.optim.adaptive import adagrad, rmsprop
from cnndsl.optim.average import moving_average
from cnndsl.optim.by_path import FactorOf, scale_by_path
from cnndsl.optim.clip import clip_by_norm, clip_by_value
from cnndsl.optim.decay import add_decay, matrices_only
from cnndsl.optim.lion import lion
from cnndsl.optim.sgd import sgd, trace

__all__ = [
    "OPTIMISERS",
    "Array",
    "FactorOf",
    "Optimiser",
    "Rate",
    "Tree",
    "adagrad",
    "adam",
    "adamw",
    "add_decay",
    "apply_updates",
    "chain",
    "clip_by_norm",
    "clip_by_value",
    "descend",
    "lion",
    "matrices_only",
    "moving_average",
    "rate_at",
    "rmsprop",
    "scale",
    "scale_by_path",
    "sgd",
    "trace",
]

#: What files and the command line call by name; each takes the learning rate, and constants of its own by name.
OPTIMISERS: dict[str, Callable[..., Optimiser]] = {
    "adam": adam,
    "sgd": sgd,
    "momentum": lambda lr, momentum=0.9, weight_decay=0.0: sgd(lr, momentum, weight_decay),
    "nesterov": lambda lr, momentum=0.9, weight_decay=0.0: sgd(lr, momentum, weight_decay, nesterov=True),
    "adamw": adamw,
    "rmsprop": rmsprop,
    "adagrad": adagrad,
    "lion": lion,
}

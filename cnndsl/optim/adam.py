"""Adam, and Adam with decoupled weight decay."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from attrs import frozen

from cnndsl.optim._base import (
    Array,
    Optimiser,
    Tree,
    blend,
    chain,
    check_not_negative,
    check_share,
    ravel,
    unravel,
)
from cnndsl.optim._rate import Rate, check_rate, descend, rate_at
from cnndsl.optim.decay import Share, add_decay, matrices_only


@frozen(eq=False)
class AdamState:
    """Steps taken, and the running means of the gradient and of its square, flat vectors in the order of the tree."""

    count: int
    mean: Array
    square: Array


def adam(lr: Rate, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8) -> Optimiser:
    """Adam with bias correction; ``eps`` stands outside the root (Kingma and Ba, 2015).

    Raises ``ValueError`` for a negative ``lr`` or ``eps``, or a beta outside [0, 1).
    """
    check_rate(lr)
    return _directions(beta1, beta2, eps, lambda count: -rate_at(lr, count))


def adamw(
    lr: Rate,
    weight_decay: float = 1e-2,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
    *,
    share: Share = matrices_only,
) -> Optimiser:
    """Adam with decoupled weight decay (Loshchilov and Hutter, 2019), of which each array has its ``share``.

    Raises ``ValueError`` for a negative ``lr``, ``weight_decay`` or ``eps``, or a beta outside [0, 1).
    """
    return chain(_directions(beta1, beta2, eps, lambda _count: 1.0), add_decay(weight_decay, share), descend(lr))


def _directions(beta1: float, beta2: float, eps: float, factor: Callable[[int], float]) -> Optimiser:
    """The corrected mean over the root of the corrected square, times a ``factor`` of the steps done.

    The factor is taken here, where it joins the bias correction, to spare plain Adam a pass.
    """
    check_share(beta1=beta1, beta2=beta2)
    check_not_negative(eps=eps)

    def init(params: Tree) -> AdamState:
        flat = ravel(params, params)
        return AdamState(0, np.zeros_like(flat), np.zeros_like(flat))

    def update(grads: Tree, state: AdamState, params: Tree) -> tuple[Tree, AdamState]:
        flat = ravel(grads, params)
        count = state.count + 1
        mean = blend(state.mean, flat, beta1)
        square = blend(state.square, flat * flat, beta2)
        step = np.sqrt(square)
        step *= (1 - beta2**count) ** -0.5
        step += eps
        np.divide(mean, step, out=step)
        step *= factor(state.count) / (1 - beta1**count)
        return unravel(step, params), AdamState(count, mean, square)

    return Optimiser(init, update)

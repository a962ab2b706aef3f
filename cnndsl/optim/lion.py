"""Lion: the sign of a running mean (Chen et al., "Symbolic discovery of optimization algorithms", 2023)."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from cnndsl.optim._base import Array, Optimiser, Tree, blend, chain, check_share, ravel, unravel
from cnndsl.optim._rate import Rate, descend
from cnndsl.optim.decay import Share, add_decay, matrices_only


@frozen(eq=False)
class LionState:
    """The running mean of the gradient, a flat vector in the order of the tree."""

    mean: Array


def lion(
    lr: Rate,
    beta1: float = 0.9,
    beta2: float = 0.99,
    weight_decay: float = 0.0,
    *,
    share: Share = matrices_only,
) -> Optimiser:
    """``sign(beta1 m + (1 - beta1) g)``, then ``m <- beta2 m + (1 - beta2) g``; decoupled weight decay.

    Raises ``ValueError`` for a negative ``lr`` or ``weight_decay``, or a beta outside [0, 1).
    """
    directions = _signs(beta1, beta2)
    return chain(directions, *([add_decay(weight_decay, share)] if weight_decay else []), descend(lr))


def _signs(beta1: float, beta2: float) -> Optimiser:
    check_share(beta1=beta1, beta2=beta2)

    def init(params: Tree) -> LionState:
        return LionState(np.zeros_like(ravel(params, params)))

    def update(grads: Tree, state: LionState, params: Tree) -> tuple[Tree, LionState]:
        flat = ravel(grads, params)
        direction = np.sign(blend(state.mean, flat, beta1))
        return unravel(direction, params), LionState(blend(state.mean, flat, beta2))

    return Optimiser(init, update)

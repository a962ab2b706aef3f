"""Gradient descent, plain or with momentum."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from cnndsl.optim._base import Array, Optimiser, Tree, chain, check_share, ravel, unravel
from cnndsl.optim._rate import Rate, descend
from cnndsl.optim.decay import Share, add_decay, matrices_only


@frozen(eq=False)
class MomentumState:
    """The running direction, one flat vector in the order of the tree."""

    velocity: Array


def sgd(
    lr: Rate,
    momentum: float = 0.0,
    weight_decay: float = 0.0,
    *,
    nesterov: bool = False,
    share: Share = matrices_only,
) -> Optimiser:
    """Stochastic gradient descent, with classical or Nesterov momentum (Sutskever et al., 2013).

    The decay, of which each array has its ``share``, joins the gradient before the momentum, as PyTorch's.

    Raises ``ValueError`` for a negative ``lr`` or ``weight_decay``, a ``momentum`` outside [0, 1), or Nesterov without
    momentum.
    """
    check_share(momentum=momentum)
    if nesterov and momentum == 0:
        raise ValueError("nesterov needs a momentum above 0")
    decay = [add_decay(weight_decay, share)] if weight_decay else []
    moving = [trace(momentum, nesterov=nesterov)] if momentum else []
    return chain(*decay, *moving, descend(lr)) if decay or moving else descend(lr)


def trace(decay: float, *, nesterov: bool = False) -> Optimiser:
    """``v <- decay * v + g``, passed on as ``v``, or as ``g + decay * v`` (Nesterov)."""

    def init(params: Tree) -> MomentumState:
        return MomentumState(np.zeros_like(ravel(params, params)))

    def update(grads: Tree, state: MomentumState, params: Tree) -> tuple[Tree, MomentumState]:
        flat = ravel(grads, params)
        velocity = decay * state.velocity + flat
        direction = flat + decay * velocity if nesterov else velocity
        return unravel(direction, params), MomentumState(velocity)

    return Optimiser(init, update)

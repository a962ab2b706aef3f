"""Gradients over the root of what their squares have been: RMSProp and Adagrad."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from attrs import frozen

from cnndsl.optim._base import Array, Optimiser, Tree, blend, chain, check_not_negative, check_share, ravel, unravel
from cnndsl.optim._rate import Rate, descend


@frozen(eq=False)
class SquareState:
    """The running mean, or the sum, of the squared gradient: a flat vector in the order of the tree."""

    square: Array


def rmsprop(lr: Rate, decay: float = 0.99, eps: float = 1e-8) -> Optimiser:
    """``s <- decay s + (1 - decay) g^2``, ``g / (sqrt(s) + eps)`` (Tieleman and Hinton, 2012).

    Raises ``ValueError`` for a negative ``lr`` or ``eps``, or a ``decay`` outside [0, 1).
    """
    check_share(decay=decay)
    return chain(_over_root(lambda old, new: blend(old, new, decay), eps), descend(lr))


def adagrad(lr: Rate, eps: float = 1e-10) -> Optimiser:
    """``s <- s + g^2``, ``g / (sqrt(s) + eps)`` (Duchi et al., 2011).

    Raises ``ValueError`` for a negative ``lr`` or ``eps``.
    """
    return chain(_over_root(np.add, eps), descend(lr))


def _over_root(joined: Callable[[Array, Array], Array], eps: float) -> Optimiser:
    """``g / (sqrt(s) + eps)``; ``joined`` makes the new ``s`` of the old one and the squared gradient."""
    check_not_negative(eps=eps)

    def init(params: Tree) -> SquareState:
        return SquareState(np.zeros_like(ravel(params, params)))

    def update(grads: Tree, state: SquareState, params: Tree) -> tuple[Tree, SquareState]:
        flat = ravel(grads, params)
        square = joined(state.square, flat * flat)
        direction = np.sqrt(square)
        direction += eps
        np.divide(flat, direction, out=direction)
        return unravel(direction, params), SquareState(square)

    return Optimiser(init, update)

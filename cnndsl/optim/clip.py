"""Bounds on gradients: the first part of a chain."""

from __future__ import annotations

from math import sqrt

import numpy as np

from cnndsl.optim._base import Array, Optimiser, Tree, each, stateless

# As PyTorch has it: what keeps the division from zero.
_EPS = 1e-6


def clip_by_norm(largest: float) -> Optimiser:
    """Gradients scaled so that the norm of all of them together is at most ``largest`` (Pascanu et al., 2013).

    The norm is added in double precision. Raises ``ValueError`` unless ``largest`` is above 0.
    """
    _check(largest)

    def function(grads: Tree, _params: Tree) -> Tree:
        factor = largest / (_norm(grads) + _EPS)
        return grads if factor >= 1 else each(grads, lambda array: array * array.dtype.type(factor))

    return stateless(function)


def clip_by_value(largest: float) -> Optimiser:
    """Each number of a gradient cut to ``[-largest, largest]``.

    Raises ``ValueError`` unless ``largest`` is above 0.
    """
    _check(largest)

    def cut(array: Array) -> Array:
        bounded: Array = np.clip(array, -largest, largest)
        return bounded

    return stateless(lambda grads, _params: each(grads, cut))


def _norm(tree: Tree) -> float:
    return sqrt(sum(float(np.square(array, dtype=np.float64).sum()) for own in tree.values() for array in own.values()))


def _check(largest: float) -> None:
    if not largest > 0:
        raise ValueError(f"the largest norm or value must be above 0, got {largest}")

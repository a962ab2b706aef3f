"""Parts of a network that learn faster than others, slower, or not at all."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cnndsl.optim._base import Array, Optimiser, Tree, stateless

#: What an array is multiplied by, by its ``path/name``.
FactorOf = Callable[[str], float]


def scale_by_path(factor_of: FactorOf) -> Optimiser:
    """Each array times a factor that its ``path/name`` decides.

    Where the factor is 0 the result is 0, whatever the gradient: in front of a chain this hides what is frozen from a
    bound on the norm, behind it it keeps decay from it.
    """

    def scaled(array: Array, factor: float) -> Array:
        if factor == 1:
            return array
        return array * array.dtype.type(factor) if factor else np.zeros_like(array)

    def function(grads: Tree, _params: Tree) -> Tree:
        return {
            path: {name: scaled(array, factor_of(f"{path}/{name}")) for name, array in own.items()}
            for path, own in grads.items()
        }

    return stateless(function)

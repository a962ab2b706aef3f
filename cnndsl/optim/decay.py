"""Weight decay. Behind an optimiser it is decoupled: weights shrink by themselves (Loshchilov and Hutter, 2019)."""

from __future__ import annotations

from collections.abc import Callable

from cnndsl.optim._base import Array, Optimiser, Tree, check_not_negative, stateless

#: What part of the decay an array has, by its ``path/name`` and itself.
Share = Callable[[str, Array], float]


def matrices_only(_name: str, array: Array) -> float:
    """All of it for matrices and kernels, nothing for what has one axis: biases, and the scales of normalisations.

    Those decide where a unit works, not how much of its input gets through; to shrink them only takes that away.
    """
    return float(array.ndim > 1)


def add_decay(weight_decay: float, share: Share = matrices_only) -> Optimiser:
    """Directions plus ``weight_decay * share`` times the parameters; stands before the learning rate in a chain.

    Raises ``ValueError`` for a negative ``weight_decay``.
    """
    check_not_negative(weight_decay=weight_decay)

    def added(direction: Array, parameter: Array, factor: float) -> Array:
        return direction + parameter.dtype.type(factor) * parameter if factor else direction

    def function(grads: Tree, params: Tree) -> Tree:
        return {
            path: {
                name: added(array, params[path][name], weight_decay * share(f"{path}/{name}", params[path][name]))
                for name, array in own.items()
            }
            for path, own in grads.items()
        }

    return stateless(function)

"""The learning rate: a number, or a function of the steps done, which are then counted in the state."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from cnndsl.optim._base import Array, Optimiser, Tree, each, stateless

Rate = float | Callable[[int], float]


@frozen
class CountState:
    """Steps done."""

    count: int


def rate_at(rate: Rate, count: int) -> float:
    """The learning rate after so many steps."""
    return rate(count) if callable(rate) else rate


def check_rate(rate: Rate) -> None:
    """Raise ``ValueError`` for a negative learning rate."""
    if not callable(rate) and not rate >= 0:
        raise ValueError(f"the learning rate must be 0 or more, got {rate}")


def scale(factor: float) -> Optimiser:
    """Updates times a factor."""
    return stateless(lambda grads, _params: _times(grads, factor))


def descend(rate: Rate) -> Optimiser:
    """Directions times ``-rate``: the last part of a chain.

    Raises ``ValueError`` for a negative number.
    """
    check_rate(rate)
    if not callable(rate):
        return scale(-rate)

    def update(grads: Tree, state: CountState, _params: Tree) -> tuple[Tree, CountState]:
        return _times(grads, -rate(state.count)), CountState(state.count + 1)

    return Optimiser(lambda _params: CountState(0), update)


def _times(tree: Tree, factor: float) -> Tree:
    def times(array: Array) -> Array:
        product: Array = array * array.dtype.type(factor)
        return product

    return each(tree, times)

"""What an optimiser is, how several make one, and trees as flat vectors.

Where there is a state, a tree is one flat vector inside: a dozen short arrays cost more in calls than in arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

Array = NDArray[Any]
Tree = Mapping[str, Mapping[str, Array]]


@frozen
class Optimiser:
    """A transformation of gradients into updates, with an explicit state."""

    init: Callable[[Tree], Any]
    update: Callable[[Tree, Any, Tree], tuple[Tree, Any]]


def apply_updates(params: Tree, updates: Tree) -> Tree:
    """``params + updates``, new arrays."""
    return {path: {name: array + updates[path][name] for name, array in own.items()} for path, own in params.items()}


def chain(*parts: Optimiser) -> Optimiser:
    """One transformation after the other: the updates of each are the gradients of the next."""

    def init(params: Tree) -> tuple[Any, ...]:
        return tuple(part.init(params) for part in parts)

    def update(grads: Tree, state: tuple[Any, ...], params: Tree) -> tuple[Tree, tuple[Any, ...]]:
        states = []
        for part, own in zip(parts, state, strict=True):
            grads, new = part.update(grads, own, params)
            states.append(new)
        return grads, tuple(states)

    return Optimiser(init, update)


def stateless(function: Callable[[Tree, Tree], Tree]) -> Optimiser:
    """A transformation that remembers nothing: ``function(grads, params)`` gives the updates."""

    def update(grads: Tree, state: tuple[()], params: Tree) -> tuple[Tree, tuple[()]]:
        return function(grads, params), state

    return Optimiser(lambda _params: (), update)


def each(tree: Tree, function: Callable[[Array], Array]) -> Tree:
    """A function of every array of a tree."""
    return {path: {name: function(array) for name, array in own.items()} for path, own in tree.items()}


def blend(old: Array, new: Array, keep: float) -> Array:
    """``keep * old + (1 - keep) * new``."""
    blended: Array = old * keep
    blended += (1 - keep) * new
    return blended


def ravel(tree: Tree, like: Tree) -> Array:
    """All arrays of a tree end to end, in the order of ``like``."""
    arrays = [tree[path][name].reshape(-1) for path, own in like.items() for name in own]
    return np.concatenate(arrays) if arrays else np.empty(0, np.float32)


def unravel(flat: Array, like: Tree) -> Tree:
    """A flat vector cut into views of the shapes of a tree."""
    start = 0
    tree: dict[str, dict[str, Array]] = {}
    for path, own in like.items():
        tree[path] = {}
        for name, array in own.items():
            tree[path][name] = flat[start : start + array.size].reshape(array.shape)
            start += array.size
    return tree


def check_share(**shares: float) -> None:
    """Raise ``ValueError`` unless each of these is in [0, 1)."""
    for name, share in shares.items():
        if not 0 <= share < 1:
            raise ValueError(f"{name} must be in [0, 1), got {share}")


def check_not_negative(**numbers: float) -> None:
    """Raise ``ValueError`` unless each of these is 0 or more."""
    for name, number in numbers.items():
        if not number >= 0:
            raise ValueError(f"{name} must be 0 or more, got {number}")

"""Optimisers as pairs of pure functions over parameter dicts, after optax.

``init(params) -> state`` and ``update(grads, state, params) -> updates, state``; :func:`apply_updates` adds the
updates, :func:`chain` composes. Trees are ``{path: {name: array}}``. Formulas and constants are PyTorch's, so that
results can be compared. Where there is a state, a tree is one flat vector inside: a dozen short arrays cost more in
calls than in arithmetic.
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


@frozen(eq=False)
class MomentumState:
    """The running direction, one flat vector in the order of the tree."""

    velocity: Array


@frozen(eq=False)
class AdamState:
    """Steps taken, and the running means of the gradient and of its square, flat vectors in the order of the tree."""

    count: int
    mean: Array
    square: Array


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


def scale(factor: float) -> Optimiser:
    """Updates times a factor."""
    return _stateless(lambda array: array * array.dtype.type(factor))


def sgd(lr: float, momentum: float = 0.0, *, nesterov: bool = False) -> Optimiser:
    """Stochastic gradient descent, with classical or Nesterov momentum (Sutskever et al., 2013).

    Raises ``ValueError`` for a negative ``lr``, a ``momentum`` outside [0, 1), or Nesterov without momentum.
    """
    _check_lr(lr)
    if not 0 <= momentum < 1:
        raise ValueError(f"momentum must be in [0, 1), got {momentum}")
    if nesterov and momentum == 0:
        raise ValueError("nesterov needs a momentum above 0")
    return chain(trace(momentum, nesterov=nesterov), scale(-lr)) if momentum else scale(-lr)


def trace(decay: float, *, nesterov: bool = False) -> Optimiser:
    """``v <- decay * v + g``, passed on as ``v``, or as ``g + decay * v`` (Nesterov)."""

    def init(params: Tree) -> MomentumState:
        return MomentumState(np.zeros_like(_ravel(params, params)))

    def update(grads: Tree, state: MomentumState, params: Tree) -> tuple[Tree, MomentumState]:
        flat = _ravel(grads, params)
        velocity = decay * state.velocity + flat
        direction = flat + decay * velocity if nesterov else velocity
        return _unravel(direction, params), MomentumState(velocity)

    return Optimiser(init, update)


def adam(lr: float, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8) -> Optimiser:
    """Adam with bias correction; ``eps`` stands outside the root (Kingma and Ba, 2015).

    Raises ``ValueError`` for a negative ``lr`` or ``eps``, or a beta outside [0, 1).
    """
    _check_lr(lr)
    if not (0 <= beta1 < 1 and 0 <= beta2 < 1 and eps >= 0):
        raise ValueError(f"betas must be in [0, 1) and eps 0 or more, got {beta1}, {beta2}, {eps}")

    def init(params: Tree) -> AdamState:
        flat = _ravel(params, params)
        return AdamState(0, np.zeros_like(flat), np.zeros_like(flat))

    def update(grads: Tree, state: AdamState, params: Tree) -> tuple[Tree, AdamState]:
        flat = _ravel(grads, params)
        count = state.count + 1
        mean = _blend(state.mean, flat, beta1)
        square = _blend(state.square, flat * flat, beta2)
        step = np.sqrt(square)
        step *= (1 - beta2**count) ** -0.5
        step += eps
        np.divide(mean, step, out=step)
        step *= -lr / (1 - beta1**count)
        return _unravel(step, params), AdamState(count, mean, square)

    return Optimiser(init, update)


#: What files and the command line call by name; each takes the learning rate, and constants of its own by name.
OPTIMISERS: dict[str, Callable[..., Optimiser]] = {
    "adam": adam,
    "sgd": sgd,
    "momentum": lambda lr, momentum=0.9: sgd(lr, momentum),
    "nesterov": lambda lr, momentum=0.9: sgd(lr, momentum, nesterov=True),
}


def _check_lr(lr: float) -> None:
    if not lr >= 0:
        raise ValueError(f"the learning rate must be 0 or more, got {lr}")


def _stateless(function: Callable[[Array], Array]) -> Optimiser:
    def update(grads: Tree, state: tuple[()], _params: Tree) -> tuple[Tree, tuple[()]]:
        updates = {path: {name: function(array) for name, array in own.items()} for path, own in grads.items()}
        return updates, state

    return Optimiser(lambda _params: (), update)


def _blend(old: Array, new: Array, keep: float) -> Array:
    """``keep * old + (1 - keep) * new``."""
    blended: Array = old * keep
    blended += (1 - keep) * new
    return blended


def _ravel(tree: Tree, like: Tree) -> Array:
    """All arrays of a tree end to end, in the order of ``like``."""
    arrays = [tree[path][name].reshape(-1) for path, own in like.items() for name in own]
    return np.concatenate(arrays) if arrays else np.empty(0, np.float32)


def _unravel(flat: Array, like: Tree) -> Tree:
    """A flat vector cut into views of the shapes of a tree."""
    start = 0
    tree: dict[str, dict[str, Array]] = {}
    for path, own in like.items():
        tree[path] = {}
        for name, array in own.items():
            tree[path][name] = flat[start : start + array.size].reshape(array.shape)
            start += array.size
    return tree

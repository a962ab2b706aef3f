"""How much of the gradient reaches each layer with weights: what learns nothing, and what jumps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from attrs import frozen

from cnndsl import keys, optim
from cnndsl.compiler import Program
from cnndsl.doctor.finding import Finding
from cnndsl.language.graph import Node
from cnndsl.layers._kind import Array, Params, Tree
from cnndsl.training import Carry, start, train_step

# Of the largest gradient in the network, both relative to the weights; and what no step of a usual length survives.
_VANISHED = 1e-4
_EXPLODED = 1e2
# A layer that starts at 0 passes nothing on in the first step and learns in it: look again after a few.
_STEPS, _RATE = 5, 1e-3


@frozen
class Gradient:
    """Of a layer's matrices and kernels: the norm of its gradient, of the weights, and of the gradient a little later.

    Biases and normalisations are left out: they start at 0 or 1, which is no measure of their size.
    """

    node: Node
    norm: float
    weights: float
    later: float

    @property
    def relative(self) -> float:
        """The gradient beside the weights; as it is where the weights are 0."""
        return self.norm / self.weights if self.weights else self.norm

    @property
    def is_none(self) -> bool:
        """Whether nothing reaches the layer, at the start or later."""
        return self.norm == 0 and self.later == 0


def gradients_of(program: Program, x: Array, labels: Array, seed: int) -> tuple[Gradient, ...]:
    """The gradients of the mean loss of a batch by the first weights, and after a few small steps on it."""
    descent = optim.sgd(_RATE)
    carry = start(program, descent, seed)
    first, weights = _grads(program, carry, x, labels, seed), carry.params
    for step in range(_STEPS):
        carry, _ = train_step(program, descent, carry, x, labels, (seed, "doctor", step))
    later = _grads(program, carry, x, labels, seed)
    return tuple(
        Gradient(node, _norm(first[node.path]), _norm(weights[node.path]), _norm(later[node.path]))
        for node in program.graph.nodes
        if any(array.ndim > 1 for array in weights.get(node.path, {}).values())
    )


def judge_gradients(gradients: Sequence[Gradient]) -> Iterator[Finding]:
    """H931 to H933."""
    largest = max((gradient.relative for gradient in gradients), default=0.0)
    for gradient in gradients:
        if gradient.is_none:
            message = "no gradient reaches this layer: its weights never change"
            hint = "look below it: weights that all start at 0, or units that give the same for every image"
            yield Finding("H931", "error", message, hint, gradient.node)
        elif 0 < gradient.relative < _VANISHED * largest and largest < _EXPLODED:
            message = f"the gradient vanishes: {gradient.relative:.1e} of the weights, elsewhere {largest:.1e}"
            hint = "ReLU for Sigmoid or Tanh, `BatchNorm`, `residual { ... }` around what lies between"
            yield Finding("H932", "warning", message, hint, gradient.node)
        elif not gradient.relative < _EXPLODED:
            message = f"the gradient is {gradient.relative:.1e} times as large as the weights"
            hint = "`clip = norm(1)` in `train`, `BatchNorm`, smaller initial weights"
            yield Finding("H933", "warning", message, hint, gradient.node)


def _grads(program: Program, carry: Carry, x: Array, labels: Array, key: keys.Key) -> Tree:
    _, grads, _ = program.loss_and_grads(carry.params, carry.state, x, labels, key=key)
    return grads


def _norm(arrays: Params) -> float:
    return float(
        np.sqrt(sum(float(np.square(array, dtype=np.float64).sum()) for array in arrays.values() if array.ndim > 1))
    )

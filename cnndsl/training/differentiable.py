"""What a training step needs of a model."""

from __future__ import annotations

from typing import Protocol

from cnndsl import keys
from cnndsl.layers._kind import Array, Tree


class Differentiable(Protocol):
    """A program, or whoever does its work."""

    def loss_and_grads(
        self, params: Tree, state: Tree, x: Array, labels: Array, *, key: keys.Key = 0
    ) -> tuple[float, Tree, Tree]:
        """Mean loss of a batch, its gradients, the new state."""

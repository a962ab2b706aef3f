"""Several batches that make one step: their gradients, averaged as those of one large batch would be."""

from __future__ import annotations

from attrs import frozen

from cnndsl import keys
from cnndsl.layers._kind import Array, Tree
from cnndsl.loss import Loss
from cnndsl.training.differentiable import Differentiable


@frozen(eq=False)
class Accumulated:
    """A model that works off what it is given in batches of ``batch`` images, one after the other.

    Loss and gradients are those of all images together, up to rounding, except where a layer mixes its batch: its
    statistics are of one small batch at a time, and its state passes through all of them.
    """

    model: Differentiable
    loss: Loss
    batch: int

    def loss_and_grads(
        self, params: Tree, state: Tree, x: Array, labels: Array, *, key: keys.Key = 0
    ) -> tuple[float, Tree, Tree]:
        """As :meth:`cnndsl.compiler.Program.loss_and_grads`."""
        whole = self.loss.total(labels)
        mean, sums = 0.0, None
        for start in range(0, len(x), self.batch):
            part = slice(start, start + self.batch)
            # The first has the key of the step: a step of one batch draws what it would alone.
            own_key = (key, "batch", start) if start else key
            loss, grads, state = self.model.loss_and_grads(params, state, x[part], labels[part], key=own_key)
            share = self.loss.total(labels[part]) / whole
            mean += share * loss
            sums = _added(sums, grads, share)
        return mean, sums or {}, state


def _added(sums: Tree | None, grads: Tree, share: float) -> Tree:
    if sums is None:
        return {path: {name: share * array for name, array in own.items()} for path, own in grads.items()}
    return {
        path: {name: sums[path][name] + share * array for name, array in own.items()} for path, own in grads.items()
    }

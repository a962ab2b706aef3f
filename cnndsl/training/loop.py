"""The training loop as a generator of events, over values: nothing is changed, every step makes new ones."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from math import isfinite
from typing import Any, Protocol

import numpy as np
from attrs import frozen

from cnndsl import keys
from cnndsl.compiler import Program
from cnndsl.compiler.threads import single_blas_thread
from cnndsl.data import Splits, batches
from cnndsl.errors import DivergedError
from cnndsl.layers._kind import Array, Tree
from cnndsl.optim import OPTIMISERS, Optimiser, apply_updates
from cnndsl.training.metrics import Scores, evaluate
from cnndsl.training.settings import Settings
from cnndsl.training.team import Team


@frozen(eq=False)
class Carry:
    """All that changes while a network is trained."""

    params: Tree
    state: Tree
    opt_state: Any


@frozen
class StepDone:
    """One batch was worked off: its mean loss and number of images."""

    epoch: int
    loss: float
    images: int


@frozen(eq=False)
class EpochDone:
    """One epoch was: the mean loss over its batches, the scores on validation, and what the network is now."""

    epoch: int
    train_loss: float
    valid: Scores
    carry: Carry


class Differentiable(Protocol):
    """A program, or a team that shares its work."""

    def loss_and_grads(
        self, params: Tree, state: Tree, x: Array, labels: Array, *, key: keys.Key = 0
    ) -> tuple[float, Tree, Tree]:
        """Mean loss of a batch, its gradients, the new state."""


def start(program: Program, optimiser: Optimiser, seed: int) -> Carry:
    """Parameters, state and optimiser state before the first step."""
    params, state = program.init(seed)
    return Carry(params, state, optimiser.init(params))


def train_step(
    model: Differentiable, optimiser: Optimiser, carry: Carry, x: Array, labels: Array, key: Any
) -> tuple[Carry, float]:
    """One step on a batch: ``x`` ``(N, C, H, W)``, ``labels`` ``(N,)``. Returns what is then, and the mean loss."""
    loss, grads, state = model.loss_and_grads(carry.params, carry.state, x, labels, key=key)
    updates, opt_state = optimiser.update(grads, carry.opt_state, carry.params)
    return Carry(apply_updates(carry.params, updates), state, opt_state), loss


def train(program: Program, splits: Splits, settings: Settings) -> Iterator[StepDone | EpochDone]:
    """Train from the start; yields an event after each step and each epoch.

    Raises
    ------
    DivergedError
        A loss is not finite.
    """
    optimiser = OPTIMISERS[settings.optimizer](settings.lr, **settings.constants)
    carry = start(program, optimiser, settings.seed)
    with single_blas_thread(), team(program, settings) as model:
        for epoch in range(1, settings.epochs + 1):
            total = 0.0
            shuffled = batches(splits.train, settings.batch, key=(settings.seed, "shuffle", epoch))
            for step, (x, labels) in enumerate(shuffled, 1):
                key = (settings.seed, "step", epoch, step)
                carry, loss = _finite_step(model, optimiser, carry, x, labels, key)
                total += loss * len(x)
                yield StepDone(epoch, loss, len(x))
            valid = evaluate(program, carry.params, carry.state, splits.valid)
            yield EpochDone(epoch, total / len(splits.train.labels), valid, carry)


def team(program: Program, settings: Settings) -> AbstractContextManager[Differentiable]:
    """Whoever computes the gradients: this process, with a helper where there is a core for it."""
    processes = min(settings.processes, os.cpu_count() or 1)
    return Team(program, settings.batch) if processes > 1 else nullcontext(program)


def _finite_step(
    model: Differentiable, optimiser: Optimiser, carry: Carry, x: Array, labels: Array, key: tuple[Any, ...]
) -> tuple[Carry, float]:
    with np.errstate(all="ignore"):  # what overflows shows in the loss, which is looked at
        after, loss = train_step(model, optimiser, carry, x, labels, key)
    if not isfinite(loss):
        _, _, epoch, step = key
        message = f"the loss became {loss} at epoch {epoch}, step {step}"
        raise DivergedError(message, code="T601", hint="a learning rate ten times smaller: `--lr`")
    return after, loss

"""The training loop as a generator of events, over values: nothing is changed, every step makes new ones."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from math import isfinite
from typing import Any

import numpy as np
from attrs import Factory, evolve, frozen

from cnndsl.augment._kind import tones
from cnndsl.augment.epoch import augmented, label_parts
from cnndsl.compiler import Program
from cnndsl.compiler.probe import first_not_finite
from cnndsl.compiler.threads import single_blas_thread
from cnndsl.data import Splits, batches
from cnndsl.errors import DivergedError
from cnndsl.labels import label_type
from cnndsl.layers._kind import Array, Tree
from cnndsl.optim import Optimiser, apply_updates, moving_average
from cnndsl.schedule import PlateauState, Watch, observe
from cnndsl.training.accumulate import Accumulated
from cnndsl.training.ahead import ahead, timed
from cnndsl.training.differentiable import Differentiable
from cnndsl.training.metrics import Scores, cost, evaluate
from cnndsl.training.recipe import lowered, optimiser_of
from cnndsl.training.settings import Settings
from cnndsl.training.team import Team

#: What keeps numbers finite, as a hint.
TAME = "a learning rate ten times smaller: `--lr`; or `clip = norm(1)` in `train`"


@frozen(eq=False)
class Carry:
    """All that changes while a network is trained.

    ``average`` is the running mean of parameters and state, where one is asked for; ``plateau`` and ``watch`` are what
    is known of the epochs so far, for the learning rate and for the end.
    """

    params: Tree
    state: Tree
    opt_state: Any
    average: tuple[Tree, Tree] | None = None
    plateau: PlateauState = Factory(PlateauState)
    watch: Watch = Factory(Watch)

    @property
    def tested(self) -> tuple[Tree, Tree]:
        """Parameters and state that are validated, kept and tested: the running mean of them, if there is one."""
        return self.average or (self.params, self.state)


@frozen(eq=False)
class Standing:
    """Where training stands: within ``epoch``, after ``steps`` of it.

    ``loss`` is summed over the ``images`` of these steps. All that is to come depends on this and on the settings.
    """

    carry: Carry
    epoch: int = 1
    steps: int = 0
    loss: float = 0.0
    images: int = 0


@frozen(eq=False)
class StepDone:
    """One batch was worked off: its mean loss, its number of images, and the seconds that it was waited for."""

    epoch: int
    loss: float
    images: int
    waited: float
    standing: Standing


@frozen(eq=False)
class EpochDone:
    """One epoch was: the mean loss over its batches, the scores on validation, and where training stands now."""

    epoch: int
    train_loss: float
    valid: Scores
    standing: Standing

    @property
    def carry(self) -> Carry:
        """What the network is now."""
        return self.standing.carry


def start(program: Program, optimiser: Optimiser, seed: int) -> Carry:
    """Parameters, state and optimiser state before the first step."""
    params, state = program.init(seed)
    return Carry(params, state, optimiser.init(params))


def train_step(
    model: Differentiable,
    optimiser: Optimiser,
    carry: Carry,
    x: Array,
    labels: Array,
    key: Any,
    *,
    ema: float | None = None,
) -> tuple[Carry, float]:
    """One step on a batch: ``x`` ``(N, C, H, W)``, ``labels`` ``(N,)``. Returns what is then, and the mean loss.

    With ``ema`` that share of the running mean stays.
    """
    loss, grads, state = model.loss_and_grads(carry.params, carry.state, x, labels, key=key)
    updates, opt_state = optimiser.update(grads, carry.opt_state, carry.params)
    params = apply_updates(carry.params, updates)
    after = evolve(carry, params=params, state=state, opt_state=opt_state)
    return (after if ema is None else evolve(after, average=_averaged(carry, params, state, ema))), loss


def _averaged(carry: Carry, params: Tree, state: Tree, ema: float) -> tuple[Tree, Tree]:
    old_params, old_state = carry.average or (None, None)
    return moving_average(old_params, params, ema), moving_average(old_state, state, ema)


def train(
    program: Program, splits: Splits, settings: Settings, since: Standing | None = None
) -> Iterator[StepDone | EpochDone]:
    """Train from the start, or from where training stood; yields an event after each step and each epoch.

    Raises
    ------
    DivergedError
        A loss is not finite.
    """
    steps = steps_per_epoch(len(splits.train), settings)
    standing = since or Standing(start(program, optimiser_of(settings, steps), settings.seed))
    with single_blas_thread(), team(program, settings) as workers:
        model = accumulated(workers, program, settings)
        while not is_over(standing, settings):
            for event in _epoch(model, program, splits, settings, standing):
                standing = event.standing
                yield event
            epoch, valid = standing.epoch, evaluate(program, *standing.carry.tested, splits.valid, settings.measured)
            mean = standing.loss / standing.images
            standing = Standing(_noted(standing.carry, settings, valid), epoch + 1)
            yield EpochDone(epoch, mean, valid, standing)


def is_over(standing: Standing, settings: Settings) -> bool:
    """Whether there is no epoch to come."""
    waited = settings.stop is not None and standing.carry.watch.waited >= settings.stop.epochs
    return standing.epoch > settings.epochs or waited


def _epoch(
    model: Differentiable, program: Program, splits: Splits, settings: Settings, standing: Standing
) -> Iterator[StepDone]:
    """The steps of an epoch that are left."""
    epoch, carry = standing.epoch, standing.carry
    optimiser = optimiser_of(settings, steps_per_epoch(len(splits.train), settings), carry.plateau.factor)
    shared = _is_shared(program, settings)
    with _batches(splits, settings, epoch, first=standing.steps, hurry=not shared) as coming:
        for (x, labels), waited in timed(coming):
            key = (settings.seed, "step", epoch, standing.steps + 1)
            carry, loss = _finite_step(model, program, optimiser, standing.carry, x, labels, key, settings.ema)
            total, images = standing.loss + loss * len(x), standing.images + len(x)
            standing = Standing(carry, epoch, standing.steps + 1, total, images)
            yield StepDone(epoch, loss, len(x), waited, standing)


def _batches(
    splits: Splits, settings: Settings, epoch: int, *, first: int, hurry: bool
) -> AbstractContextManager[Iterator[tuple[Array, Array]]]:
    """The batches of an epoch but for the ``first`` ones.

    In a ``hurry`` they are made ahead, where they are more than a copy.
    """
    size = settings.step_images
    key = (settings.seed, "shuffle", epoch)
    shuffled = batches(splits.train, size, key=key, drop_last=settings.drop_last, first=first)
    made = augmented(
        shuffled,
        settings.augment,
        tones(splits.mean, splits.std),
        images=len(splits.train),
        shape=splits.shape,
        key=(settings.seed, "augment", epoch),
        first=first * size,
    )
    return ahead(made) if hurry and settings.augment else nullcontext(made)


def _is_shared(program: Program, settings: Settings) -> bool:
    """Whether a helper takes part in each step: there is no core then that could make batches meanwhile."""
    return settings.processes > 1 and len(program.cuts(settings.batch)) > 2


def steps_per_epoch(images: int, settings: Settings) -> int:
    """Steps that once through so many images takes."""
    whole, rest = divmod(images, settings.step_images)
    return whole + (rest > 0 and not settings.drop_last)


def _noted(carry: Carry, settings: Settings, valid: Scores) -> Carry:
    """What is known after an epoch with these scores."""
    watch = observe(carry.watch, cost(valid, settings.stop.metric)) if settings.stop else carry.watch
    return evolve(carry, plateau=lowered(settings, carry.plateau, valid), watch=watch)


def team(program: Program, settings: Settings) -> AbstractContextManager[Differentiable]:
    """Whoever computes the gradients: this process, with a helper where there is a core for it."""
    processes = min(settings.processes, os.cpu_count() or 1)
    labels = label_type(label_parts(settings.augment))
    return Team(program, settings.batch, labels) if processes > 1 else nullcontext(program)


def accumulated(model: Differentiable, program: Program, settings: Settings) -> Differentiable:
    """The model itself, or one that works off a step in several batches."""
    return Accumulated(model, program.loss, settings.batch) if settings.accumulate > 1 else model


def _finite_step(
    model: Differentiable,
    program: Program,
    optimiser: Optimiser,
    carry: Carry,
    x: Array,
    labels: Array,
    key: tuple[Any, ...],
    ema: float | None,
) -> tuple[Carry, float]:
    with np.errstate(all="ignore"):  # what overflows shows in the loss, which is looked at
        after, loss = train_step(model, optimiser, carry, x, labels, key, ema=ema)
    if not isfinite(loss):
        _, _, epoch, step = key
        first = first_not_finite(program, carry.params, carry.state, x, labels, key=key)
        seen = f"; the first that is not finite is {first}" if first else ""
        message = f"the loss became {loss} at epoch {epoch}, step {step}{seen}"
        raise DivergedError(message, code="T601", hint=TAME)
    return after, loss

"""The examination, in the order of causes: data, the untrained network, its gradients, short trainings.

It ends at the first stage with an error, since what follows would only be what that leads to.
"""

from __future__ import annotations

import numpy as np
from attrs import frozen

from cnndsl.compiler import Program
from cnndsl.data import Splits, batches
from cnndsl.doctor.finding import Finding, has_errors
from cnndsl.doctor.gradients import Gradient, gradients_of, judge_gradients
from cnndsl.doctor.inputs import Inputs, inputs_of, judge_inputs
from cnndsl.doctor.labels import Labels, judge_labels, labels_of
from cnndsl.doctor.learning import (
    FirstSteps,
    OneBatch,
    RangeTest,
    first_steps,
    is_doubtful,
    judge_learning,
    learn_one_batch,
    range_test,
)
from cnndsl.doctor.start import Start, judge_start, outputs_of
from cnndsl.layers._kind import Array
from cnndsl.training import Settings, check_output
from cnndsl.training.remarks import loss_of_guessing

_LOOKED_AT, _PROBE, _BATCH = 1000, 64, 32  # images for statistics, for layers and gradients, to learn by heart


@frozen
class Checkup:
    """What was found, and the measurements behind it; None are those that an earlier error made pointless.

    ``first_steps`` is measured only where the learning rate is well above what the range test suggests.
    """

    inputs: Inputs
    labels: Labels
    start: Start | None = None
    gradients: tuple[Gradient, ...] | None = None
    one_batch: OneBatch | None = None
    range_test: RangeTest | None = None
    first_steps: FirstSteps | None = None
    findings: tuple[Finding, ...] = ()


def examine(program: Program, splits: Splits, settings: Settings) -> Checkup:
    """Examine a network with the data and the protocol that it is to be trained by; equal seeds, equal findings.

    Raises
    ------
    ModelError
        The network's output does not fit the data's classes (D501).
    """
    check_output(program, splits)
    with np.errstate(all="ignore"):  # what overflows shows in the numbers, which are looked at
        return _examine(program, splits, settings)


def _examine(program: Program, splits: Splits, settings: Settings) -> Checkup:
    looked_at, _ = _first(splits, _LOOKED_AT, settings.seed)
    inputs = inputs_of(looked_at)
    labels = labels_of(splits.train, splits.valid, len(splits.classes))
    findings = (*judge_inputs(inputs), *judge_labels(labels, splits.classes))
    if has_errors(findings):
        return Checkup(inputs, labels, findings=findings)

    x, own = _first(splits, _PROBE, settings.seed)
    guessed = loss_of_guessing(program.loss, len(splits.classes), own)
    begin = _start(program, settings, x, own, guessed)
    findings += tuple(judge_start(begin))
    if has_errors(findings):
        return Checkup(inputs, labels, begin, findings=findings)

    gradients = gradients_of(program, x, own, settings.seed)
    findings += tuple(judge_gradients(gradients))
    if has_errors(findings):
        return Checkup(inputs, labels, begin, gradients, findings=findings)

    test = range_test(program, splits.train, settings, guessed)
    batch = learn_one_batch(program, x[:_BATCH], own[:_BATCH], settings, test.suggested)
    tried = first_steps(program, splits.train, settings) if is_doubtful(test, settings) else None
    findings += tuple(judge_learning(test, batch, tried, settings))
    return Checkup(inputs, labels, begin, gradients, batch, test, tried, findings)


def _first(splits: Splits, images: int, seed: int) -> tuple[Array, Array]:
    """Training images and their labels, drawn from the seed."""
    return next(batches(splits.train, min(images, len(splits.train)), key=(seed, "doctor")))


def _start(program: Program, settings: Settings, x: Array, labels: Array, guessed: float) -> Start:
    params, state = program.init(settings.seed)
    key = (settings.seed, "doctor")
    loss, _, _ = program.loss_and_grads(params, state, x, labels, key=key)
    return Start(loss, guessed, tuple(outputs_of(program.graph, params, state, x, key)))

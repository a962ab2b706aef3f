"""Training: events in their order, bits from the seed, and a network that learns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from attrs import evolve

from cnndsl.compiler import Program
from cnndsl.data import Splits
from cnndsl.errors import DivergedError
from cnndsl.layers._kind import Array, Tree
from cnndsl.optim import OPTIMISERS
from cnndsl.training import EpochDone, Settings, StepDone, start, train, train_step


def leaves(tree: Tree) -> list[Array]:
    return [array for own in tree.values() for array in own.values()]


def outcome(program: Program, splits: Splits, settings: Settings) -> tuple[list[Any], list[bytes]]:
    """The numbers of every event, and the parameters at the end, bit for bit."""
    events = list(train(program, splits, settings))
    numbers = [(event.epoch, event.loss if isinstance(event, StepDone) else event.valid) for event in events]
    last = events[-1]
    assert isinstance(last, EpochDone)
    return numbers, [array.tobytes() for array in leaves(last.carry.params)]


def test_an_epoch_is_its_steps_and_then_its_scores(program: Program, splits: Splits, quick: Settings) -> None:
    settings = evolve(quick, batch=32)
    events = list(train(program, splits, settings))
    kinds = [(type(event), event.epoch) for event in events]
    assert kinds == [(kind, epoch) for epoch in (1, 2) for kind in (StepDone, StepDone, StepDone, EpochDone)]
    assert [event.images for event in events if isinstance(event, StepDone)] == [32, 32, 16] * 2
    for epoch in (0, 4):
        steps = [(event.loss, event.images) for event in events[epoch : epoch + 3] if isinstance(event, StepDone)]
        done = events[epoch + 3]
        assert isinstance(done, EpochDone)
        assert done.train_loss == pytest.approx(sum(loss * images for loss, images in steps) / 80, rel=1e-12)


def test_equal_seeds_give_equal_bits_and_others_do_not(program: Program, splits: Splits, quick: Settings) -> None:
    first = outcome(program, splits, quick)
    np.random.seed(7)  # noqa: NPY002 - the user's own, which plays no part
    assert outcome(program, splits, quick) == first
    assert outcome(program, splits, evolve(quick, seed=1))[1] != first[1]


def test_the_number_of_processes_changes_no_bit(program: Program, splits: Splits, quick: Settings) -> None:
    assert outcome(program, splits, evolve(quick, processes=2)) == outcome(program, splits, quick)


@pytest.mark.parametrize(("optimizer", "lr"), [("adam", 0.02), ("sgd", 0.1), ("momentum", 0.02), ("nesterov", 0.02)])
def test_a_network_learns(program: Program, splits: Splits, quick: Settings, optimizer: str, lr: float) -> None:
    settings = evolve(quick, optimizer=optimizer, lr=lr, epochs=6)
    epochs = [event for event in train(program, splits, settings) if isinstance(event, EpochDone)]
    assert epochs[0].train_loss < 1.05 * np.log(4) + 0.3
    assert epochs[-1].train_loss < 0.5 * epochs[0].train_loss
    assert epochs[-1].valid.macro_f1 > 0.9


def test_a_step_leaves_what_it_was_given(program: Program, splits: Splits) -> None:
    optimiser = OPTIMISERS["adam"](0.1)
    carry = start(program, optimiser, 0)
    before = [array.copy() for array in leaves(carry.params)]
    x, labels = splits.train.images[:8], splits.train.labels[:8]
    after, loss = train_step(program, optimiser, carry, x, labels, 0)
    assert loss > 0
    for old, copy, new in zip(leaves(carry.params), before, leaves(after.params), strict=True):
        np.testing.assert_array_equal(old, copy)
        assert not np.array_equal(old, new)


@pytest.mark.parametrize("processes", [1, 2])
def test_a_loss_that_is_not_finite_ends_the_run(
    program: Program, splits: Splits, quick: Settings, processes: int
) -> None:
    settings = evolve(quick, optimizer="sgd", lr=1e30, processes=processes)
    with pytest.raises(DivergedError, match=r"the loss became \w+ at epoch 1, step 2") as error:
        list(train(program, splits, settings))
    assert (error.value.code, error.value.exit_code) == ("T601", 4)

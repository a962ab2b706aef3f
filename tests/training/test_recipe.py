"""What settings ask for is what training does: rates, bounds, frozen parts, means, ends."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from attrs import evolve

from cnndsl import loss, optim, schedule
from cnndsl.compiler import Program, build, compile_model
from cnndsl.data import Splits
from cnndsl.errors import SettingsError
from cnndsl.layers._kind import Tree
from cnndsl.settings.losses import CrossEntropy, Focal
from cnndsl.settings.paths import Frozen, Lr
from cnndsl.settings.rules import Norm, Patience, Value
from cnndsl.settings.schedules import SCHEDULES, Cosine, Plateau, Step
from cnndsl.training import EpochDone, Settings, StepDone, optimiser_of, program_of, train
from cnndsl.training.accumulate import Accumulated
from cnndsl.training.loop import steps_per_epoch
from cnndsl.training.metrics import evaluate
from tests.training.conftest import MODEL

PARAMS: Tree = {"stem": {"W": np.ones((2, 3)), "b": np.ones(3)}, "head": {"W": np.ones((3, 2)), "b": np.ones(2)}}
GRADS: Tree = {path: {name: 2 * array for name, array in own.items()} for path, own in PARAMS.items()}


def moved(settings: Settings, factor: float = 1.0, steps: int = 1) -> Tree:
    """The parameters after steps with the same gradient."""
    optimiser = optimiser_of(settings, 4, factor)
    params, state = PARAMS, optimiser.init(PARAMS)
    for _ in range(steps):
        updates, state = optimiser.update(GRADS, state, params)
        params = optim.apply_updates(params, updates)
    return params


def epochs_of(program: Program, splits: Splits, settings: Settings) -> list[EpochDone]:
    return [event for event in train(program, splits, settings) if isinstance(event, EpochDone)]


def leaves(tree: Tree) -> list[bytes]:
    return [array.tobytes() for own in tree.values() for array in own.values()]


SGD = Settings(optimizer="sgd", lr=0.1, epochs=4)


def test_nothing_asked_for_is_the_plain_optimiser() -> None:
    for name in optim.OPTIMISERS:
        plain = optim.OPTIMISERS[name](0.1)
        updates, _ = plain.update(GRADS, plain.init(PARAMS), PARAMS)
        assert leaves(moved(evolve(SGD, optimizer=name))) == leaves(optim.apply_updates(PARAMS, updates))


def test_frozen_parts_stay_and_others_have_their_own_rates_of_which_the_last_counts() -> None:
    rules = (Lr("*/b", 3.0), Frozen("stem/*"), Lr("head/?", 0.5), Lr("stem/b", 2.0))
    after = moved(evolve(SGD, paths=rules))
    expected = {"stem/W": 1.0, "stem/b": 1 - 0.2 * 2, "head/W": 1 - 0.2 * 0.5, "head/b": 1 - 0.2 * 0.5}
    for name, value in expected.items():
        path, own = name.split("/")
        np.testing.assert_allclose(after[path][own], value, rtol=1e-14)


@pytest.mark.parametrize("name", optim.OPTIMISERS)
def test_whatever_the_optimiser_frozen_is_frozen(name: str) -> None:
    settings = evolve(SGD, optimizer=name, paths=(Frozen("stem/*"),), clip=Norm(0.1))
    after = moved(settings, steps=3)
    assert leaves({"stem": after["stem"]}) == leaves({"stem": PARAMS["stem"]})
    assert all((array != 1).all() for array in after["head"].values())


def test_a_bound_on_the_norm_does_not_see_what_is_frozen() -> None:
    after = moved(evolve(SGD, paths=(Frozen("stem/*"),), clip=Norm(1.0)))
    step = np.concatenate([np.ravel(PARAMS["head"][name] - after["head"][name]) for name in ("W", "b")])
    assert np.linalg.norm(step) == pytest.approx(0.1, rel=1e-6)


def test_values_are_cut_before_the_step() -> None:
    np.testing.assert_allclose(moved(evolve(SGD, clip=Value(0.5)))["head"]["W"], 1 - 0.05)


def test_a_schedule_counts_epochs() -> None:
    after = moved(evolve(SGD, schedule=Step(every=1, factor=0.5)), steps=10)  # of 4 an epoch
    expected = 1 - 0.2 * (4 + 4 * 0.5 + 2 * 0.25)
    np.testing.assert_allclose(after["stem"]["W"], expected, rtol=1e-12)


@pytest.mark.parametrize("cls", SCHEDULES.classes)
def test_every_schedule_gives_an_optimiser(cls: type) -> None:
    values = {"Step": (1,), "Multistep": ((1, 2),)}.get(cls.__name__, ())
    after = moved(evolve(SGD, schedule=cls(*values)), steps=3)
    assert (after["stem"]["W"] < 1).all()


def test_a_plateau_multiplies_the_rate() -> None:
    np.testing.assert_allclose(moved(evolve(SGD, schedule=Plateau()), factor=0.25)["stem"]["W"], 1 - 0.2 * 0.25)


def test_training_follows_a_plateau(program: Program, splits: Splits, quick: Settings) -> None:
    watched = Plateau("valid.accuracy", factor=1e-12, patience=1)
    settings = evolve(quick, epochs=8, lr=0.05, schedule=watched)
    state = schedule.PlateauState()
    update, before = schedule.plateau(1e-12, 1), None
    for event in epochs_of(program, splits, settings):
        if state.factor < 1 and before is not None:
            np.testing.assert_allclose(event.carry.params["FC.0"]["W"], before["FC.0"]["W"], atol=1e-9)
        state, before = update(state, -event.valid.accuracy), event.carry.params
        assert event.carry.plateau == state
    assert state.factor < 1


def test_training_ends_when_it_has_waited_long_enough(program: Program, splits: Splits, quick: Settings) -> None:
    settings = evolve(quick, epochs=30, lr=0.05)
    whole = epochs_of(program, splits, settings)
    stopped = epochs_of(program, splits, evolve(settings, stop=Patience("valid.accuracy", 2)))
    watch, expected = schedule.Watch(), 0
    for expected, event in enumerate(whole, 1):  # noqa: B007
        watch = schedule.observe(watch, -event.valid.accuracy)
        if watch.waited == 2:
            break
    assert expected < 30
    assert [event.valid for event in stopped] == [event.valid for event in whole[:expected]]


def test_the_mean_of_the_weights_is_what_is_validated(program: Program, splits: Splits, quick: Settings) -> None:
    plain, averaged = (list(train(program, splits, evolve(quick, ema=ema))) for ema in (None, 0.8))
    losses = [[event.loss for event in events if isinstance(event, StepDone)] for events in (plain, averaged)]
    assert losses[0] == losses[1]  # training itself does not see the mean
    for before, after in zip(plain, averaged, strict=True):
        if isinstance(before, EpochDone) and isinstance(after, EpochDone):
            assert leaves(before.carry.params) == leaves(after.carry.params)
            assert leaves(after.carry.tested[0]) != leaves(after.carry.params)
            assert after.valid == evaluate(program, *after.carry.tested, splits.valid)
            assert before.carry.tested == (before.carry.params, before.carry.state)


def test_the_mean_is_over_the_weights_after_each_step(program: Program, splits: Splits, quick: Settings) -> None:
    settings = evolve(quick, epochs=1, batch=40, ema=0.75)
    (event,) = epochs_of(program, splits, settings)
    average, params = event.carry.tested[0], event.carry.params
    # Two steps: the mean is 3/4 of the weights after the first and 1/4 of those after the second.
    first = {path: {name: (average[path][name] - own[name] / 4) / 0.75 for name in own} for path, own in params.items()}
    start, _ = program.init(settings.seed)
    step = max(float(abs(first[path][name] - own[name]).max()) for path, own in start.items() for name in own)
    assert step == pytest.approx(settings.lr, rel=1e-3)  # Adam's first step is as long as its rate


@pytest.mark.parametrize(("images", "steps", "full"), [(80, 3, 2), (96, 3, 3), (40, 2, 1)])
def test_steps_of_an_epoch(images: int, steps: int, full: int) -> None:
    settings = Settings(batch=16, accumulate=2)
    assert steps_per_epoch(images, settings) == steps
    assert steps_per_epoch(images, evolve(settings, drop_last=True)) == full


def test_a_batch_that_is_not_full_is_left_out(program: Program, splits: Splits, quick: Settings) -> None:
    events = list(train(program, splits, evolve(quick, batch=32, drop_last=True, epochs=1)))
    assert [event.images for event in events if isinstance(event, StepDone)] == [32, 32]
    with pytest.raises(SettingsError, match="drop_last leaves nothing"):
        list(train(program, splits, evolve(quick, batch=81, drop_last=True)))


@pytest.mark.parametrize("spec", [CrossEntropy(), CrossEntropy(0.1, (1.0, 5.0, 2.0, 0.5)), Focal()])
def test_batches_that_are_added_up_are_one_large_one(splits: Splits, quick: Settings, spec: Any) -> None:
    program = program_of(compile_model(MODEL).graph, evolve(quick, loss=spec))
    params, state = program.init(0, np.float64)
    x, labels = splits.train.images[:29].astype(np.float64), splits.train.labels[:29]
    whole, grads, _ = program.loss_and_grads(params, state, x, labels)
    for batch in (4, 29, 40):
        parts, own, _ = Accumulated(program, program.loss, batch).loss_and_grads(params, state, x, labels)
        assert parts == pytest.approx(whole, rel=1e-12)
        for path, arrays in grads.items():
            for name, array in arrays.items():
                np.testing.assert_allclose(own[path][name], array, rtol=1e-9, atol=1e-12)


def test_a_state_passes_through_all_batches_of_a_step(splits: Splits) -> None:
    program = compile_model(MODEL.replace("ReLU", "BatchNorm\nReLU"))
    params, state = program.init(0)
    x, labels = splits.train.images[:24], splits.train.labels[:24]
    _, _, after = Accumulated(program, program.loss, 8).loss_and_grads(params, state, x, labels)
    for start in (0, 8, 16):
        _, _, state = program.loss_and_grads(params, state, x[start : start + 8], labels[start : start + 8])
    assert leaves(after) == leaves(state)


def test_accumulated_training_is_that_of_the_large_batch(program: Program, splits: Splits, quick: Settings) -> None:
    large, small = (
        epochs_of(program, splits, evolve(quick, batch=batch, accumulate=times)) for batch, times in ((32, 1), (8, 4))
    )
    for one, other in zip(large, small, strict=True):
        assert one.train_loss == pytest.approx(other.train_loss, rel=1e-4)


@pytest.mark.parametrize(
    "asked",
    [
        {"loss": CrossEntropy(0.1, (1.0, 5.0, 2.0, 0.5)), "accumulate": 2, "clip": Norm(0.5)},
        {"optimizer": "lion", "schedule": Cosine(warmup=1.0), "ema": 0.9, "paths": (Frozen("Conv.0/*"),)},
    ],
    ids=["weights, bound", "schedule, mean"],
)
def test_the_number_of_processes_changes_no_bit(splits: Splits, quick: Settings, asked: dict[str, Any]) -> None:
    settings = evolve(quick, batch=16, **asked)
    program = program_of(compile_model(MODEL).graph, settings)
    alone, both = (epochs_of(program, splits, evolve(settings, processes=count)) for count in (1, 2))
    assert [event.valid for event in alone] == [event.valid for event in both]
    assert [leaves(event.carry.params) for event in alone] == [leaves(event.carry.params) for event in both]


@pytest.mark.parametrize("name", optim.OPTIMISERS)
def test_every_optimiser_learns(program: Program, splits: Splits, quick: Settings, name: str) -> None:
    rates = {"sgd": 0.1, "lion": 0.003, "rmsprop": 0.01, "adagrad": 0.05}
    events = epochs_of(program, splits, evolve(quick, optimizer=name, lr=rates.get(name, 0.02), epochs=8))
    assert events[-1].train_loss < 0.5 * events[0].train_loss
    assert events[-1].valid.macro_f1 > 0.9


@pytest.mark.parametrize("make", [loss.focal, loss.mse, loss.hinge, lambda: loss.cross_entropy(0.1)])
def test_every_loss_learns(splits: Splits, quick: Settings, make: Any) -> None:
    program = build(compile_model(MODEL).graph, loss=make())
    events = epochs_of(program, splits, evolve(quick, epochs=8))
    assert events[-1].train_loss < events[0].train_loss
    assert events[-1].valid.macro_f1 > 0.9

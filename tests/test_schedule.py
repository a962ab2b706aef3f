"""Schedules: what they are at the times that matter, in between, and after the end."""

from __future__ import annotations

import inspect
from math import inf, nan, pi, sin

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl import schedule
from cnndsl.schedule import SCHEDULES, PlateauState, Watch, in_steps, observe, plateau
from cnndsl.settings import schedules as schema

MADE = {
    "constant": {},
    "step": {"every": 3},
    "multistep": {"at": (2, 7)},
    "exponential": {},
    "warmup": {"until": 2},
    "cosine": {"warmup": 2, "floor": 0.01},
    "onecycle": {},
    "polynomial": {"power": 2, "floor": 0.01},
}


@pytest.mark.parametrize(
    ("name", "constants", "values"),
    [
        ("constant", {}, {0: 1, 9.9: 1}),
        ("step", {"every": 3}, {0: 1, 2.99: 1, 3: 0.1, 5.99: 0.1, 6: 0.01, 9.5: 0.001}),
        ("step", {"every": 3, "factor": 0.5}, {3: 0.5, 9: 0.125}),
        ("multistep", {"at": (7, 2)}, {1.99: 1, 2: 0.1, 6.9: 0.1, 7: 0.01}),
        ("exponential", {"factor": 0.25}, {0: 1, 0.5: 0.5, 1: 0.25, 2: 0.0625}),
        ("warmup", {"until": 2}, {0: 0, 0.5: 0.25, 2: 1, 10: 1}),
        ("cosine", {}, {0: 1, 5: 0.5, 10: 0, 11: 0}),
        ("cosine", {"warmup": 2, "floor": 0.2}, {0: 0, 1: 0.5, 2: 1, 6: 0.6, 10: 0.2, 12: 0.2}),
        ("cosine", {"warmup": 10}, {5: 0.5, 10: 0}),
        ("onecycle", {}, {0: 1 / 25, 1.5: (1 + 1 / 25) / 2, 3: 1, 6.5: (1 + 1e-4) / 2, 10: 1e-4, 11: 1e-4}),
        ("onecycle", {"peak": 0.5, "start": 10, "end": 2}, {0: 0.1, 5: 1, 7.5: 0.75, 10: 0.5}),
        ("polynomial", {}, {0: 1, 2.5: 0.75, 10: 0, 11: 0}),
        ("polynomial", {"power": 2, "floor": 0.2}, {0: 1, 5: 0.4, 10: 0.2}),
    ],
)
def test_values_by_hand(name: str, constants: dict[str, object], values: dict[float, float]) -> None:
    follow = SCHEDULES[name](2.0, 10, **{**constants, **_floor(constants, 2)})
    for time, value in values.items():
        assert follow(time) == pytest.approx(2 * value, rel=1e-12, abs=1e-15)


def _floor(constants: dict[str, object], factor: float) -> dict[str, float]:
    return {"floor": factor * constants["floor"]} if "floor" in constants else {}  # type: ignore[operator]


@pytest.mark.parametrize("name", MADE)
@given(lr=st.floats(0.1, 10), epochs=st.integers(5, 300), share=st.floats(0, 1))
def test_a_rate_is_never_negative_nor_above_its_own(name: str, lr: float, epochs: int, share: float) -> None:
    assert 0 <= SCHEDULES[name](lr, epochs, **MADE[name])(share * epochs) <= lr * (1 + 1e-12)


@pytest.mark.parametrize("name", ["exponential", "warmup", "cosine", "onecycle", "polynomial"])
@given(share=st.floats(0, 1))
def test_what_is_smooth_has_no_jump(name: str, share: float) -> None:
    follow = SCHEDULES[name](1.0, 10, **MADE[name])
    assert abs(follow(10 * share + 1e-6) - follow(10 * share)) < 1e-5


@given(share=st.floats(0.01, 0.99))
def test_the_slope_of_a_cosine_is_a_sine(share: float) -> None:
    follow = schedule.cosine(1.0, 1.0)
    slope = (follow(share + 1e-6) - follow(share - 1e-6)) / 2e-6
    assert slope == pytest.approx(-pi / 2 * sin(pi * share), abs=1e-5)


@pytest.mark.parametrize("steps", [1, 3, 7, 157])
def test_an_epoch_begins_with_its_first_step(steps: int) -> None:
    rate = in_steps(schedule.step(1.0, 10, every=1, factor=0.5), steps)
    for epoch in range(10):
        assert [rate(epoch * steps), rate((epoch + 1) * steps - 1)] == [0.5**epoch] * 2


def test_a_watch_knows_the_best_and_how_long_ago_it_was() -> None:
    watch, seen = Watch(), []
    for value in (3.0, 2.0, 2.0, nan, 1.0, 5.0):
        watch = observe(watch, value)
        seen.append((watch.best, watch.waited))
    assert seen == [(3, 0), (2, 0), (2, 1), (2, 2), (1, 0), (1, 1)]
    assert observe(Watch(), inf) == Watch(inf, 1)


def test_a_plateau_lowers_the_rate_after_so_many_epochs_and_begins_anew() -> None:
    update, state, factors = plateau(0.5, 2), PlateauState(), []
    for value in (3.0, 3.0, 3.0, 3.0, 3.0, 2.0, 2.5, 2.5):
        state = update(state, value)
        factors.append(state.factor)
    assert factors == [1, 1, 0.5, 0.5, 0.25, 0.25, 0.25, 0.125]


@given(st.lists(st.floats(0, 10), max_size=30), st.integers(1, 5))
def test_a_plateau_lowers_once_for_each_run_of_patience_without_a_new_best(values: list[float], patience: int) -> None:
    update, state = plateau(0.5, patience), PlateauState()
    best, waited, lowered = inf, 0, 0
    for value in values:
        state = update(state, value)
        waited = 0 if value < best else waited + 1
        best = min(best, value)
        if waited == patience:
            waited, lowered = 0, lowered + 1
        assert state.factor == 0.5**lowered


@pytest.mark.parametrize("name", schema.SCHEDULES.known)
def test_the_constants_of_a_file_are_those_of_the_function(name: str) -> None:
    fields = attrs.fields_dict(schema.SCHEDULES.find("schedule", name))
    taken = inspect.signature(plateau if name == "plateau" else SCHEDULES[name]).parameters
    given_in_file = {key: each.default for key, each in fields.items() if key != "metric"}
    own = {key: each.default for key, each in taken.items() if key not in {"lr", "epochs", "_epochs"}}
    assert list(given_in_file) == list(own)
    defaults = {key: default for key, default in given_in_file.items() if default is not attrs.NOTHING}
    assert defaults == {key: own[key] for key in defaults}

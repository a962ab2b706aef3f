"""Batches made ahead: the same ones, a bounded number of them, errors in their place, and an end that is an end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np
import pytest
from attrs import evolve

from cnndsl.compiler import Program, compile_model
from cnndsl.data import Splits
from cnndsl.settings.augment import MixUp, Noise, Rotate
from cnndsl.training import Settings, StepDone, loop, train
from cnndsl.training.ahead import ahead, timed
from tests.training.conftest import MODEL
from tests.training.test_loop import outcome

AUGMENT = (Rotate(5, p=0.5), MixUp(0.4, p=0.5), Noise(0.02))


class Source:
    """Counts up to ``last``; notes what was asked of it, and by which threads."""

    def __init__(self, last: int, fail_at: int | None = None) -> None:
        self.made: list[int] = []
        self.threads: set[str] = set()
        self.items = self._count(last, fail_at)

    def _count(self, last: int, fail_at: int | None) -> Iterator[int]:
        for number in range(last):
            self.threads.add(threading.current_thread().name)
            if number == fail_at:
                raise ValueError(f"no {number}")
            self.made.append(number)
            yield number


def makers() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("batches")]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 50])
def test_the_items_come_in_their_order_from_another_thread(count: int) -> None:
    source = Source(count)
    with ahead(source.items) as items:
        assert list(items) == list(range(count))
    assert all(name.startswith("batches") for name in source.threads)
    assert not makers()


def test_no_more_are_made_than_may_wait() -> None:
    source = Source(100)
    with ahead(source.items, most=3) as items:
        for number in items:
            assert len(source.made) <= number + 1 + 3
            if number == 20:
                break
    assert len(source.made) <= 24


def test_an_error_is_raised_where_its_item_would_have_come() -> None:
    got: list[int] = []
    with ahead(Source(10, fail_at=4).items) as items, pytest.raises(ValueError, match="no 4"):
        got.extend(items)
    assert got == [0, 1, 2, 3]
    assert not makers()


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError, GeneratorExit])
def test_whoever_leaves_early_leaves_no_thread(error: type[BaseException]) -> None:
    source = Source(1000)

    def leave() -> None:
        with ahead(source.items) as items:
            next(items)
            raise error

    with pytest.raises(error):
        leave()
    assert not makers()
    assert len(source.made) <= 3


def test_floating_point_errors_are_handled_as_by_whoever_asks() -> None:
    def overflowing() -> Iterator[Any]:
        yield np.float32(1e38) * np.ones(4, np.float32) * 100

    with np.errstate(all="ignore"), ahead(overflowing()) as items:
        assert np.isinf(next(items)).all()
    with np.errstate(all="raise"), pytest.raises(FloatingPointError), ahead(overflowing()) as items:
        next(items)


def test_waiting_is_timed() -> None:
    assert [item for item, waited in timed(range(3)) if waited >= 0] == [0, 1, 2]


def in_this_thread(items: Any) -> AbstractContextManager[Iterator[Any]]:
    return nullcontext(iter(items))


def used(monkeypatch: pytest.MonkeyPatch, make: Callable[[Any], Any]) -> list[Any]:
    """What the loop made ahead, if batches are made by ``make``."""
    asked: list[Any] = []

    def noted(items: Any) -> Any:
        asked.append(items)
        return make(items)

    monkeypatch.setattr(loop, "ahead", noted)
    return asked


@pytest.mark.parametrize("augment", [AUGMENT, ()])
def test_making_batches_ahead_changes_no_bit(
    program: Program, splits: Splits, quick: Settings, augment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = evolve(quick, augment=augment)
    asked = used(monkeypatch, ahead)
    first = outcome(program, splits, settings)
    assert len(asked) == (settings.epochs if augment else 0)
    used(monkeypatch, in_this_thread)
    assert outcome(program, splits, settings) == first


def test_no_thread_takes_the_core_of_a_helper(
    program: Program, splits: Splits, quick: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = used(monkeypatch, ahead)
    both = evolve(quick, augment=AUGMENT, processes=2, batch=32)
    list(train(evolve(program, shards=2), splits, both))
    assert not asked
    alone = compile_model(MODEL.replace("ReLU", "BatchNorm"))  # what mixes its batch has no helper
    list(train(alone, splits, both))
    assert len(asked) == both.epochs


def test_a_training_that_is_left_leaves_no_thread(program: Program, splits: Splits, quick: Settings) -> None:
    events = train(program, splits, evolve(quick, augment=AUGMENT))
    assert isinstance(next(events), StepDone)
    events.close()  # type: ignore[attr-defined]
    assert not makers()


def test_a_step_says_how_long_it_waited(program: Program, splits: Splits, quick: Settings) -> None:
    waited = [event.waited for event in train(program, splits, quick) if isinstance(event, StepDone)]
    assert waited
    assert min(waited) > 0

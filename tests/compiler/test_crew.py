"""Threads that share work: what they return, what they raise, what they hand each other."""

from __future__ import annotations

from functools import partial
from threading import Event, get_ident

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.compiler.crew import Crew, GivenUpError, Meeting
from cnndsl.compiler.program import build
from tests.compiler.networks import assert_close, graph_of, random_batch, same_bits
from tests.strategies import seeds

MIXED = """
input 2x6x5
Conv 4 3 1 1
BatchNorm
ReLU
Conv 3 3
BatchNorm
Flatten
FC 4
BatchNorm
FC 3
Softmax
"""


def test_tasks_run_at_the_same_time_and_results_keep_their_order() -> None:
    first, second = Event(), Event()

    def one() -> int:
        first.set()
        assert second.wait(10)
        return get_ident()

    def two() -> int:
        second.set()
        assert first.wait(10)
        return get_ident()

    crew = Crew(2)
    here, there = crew.all([one, two])
    assert here == get_ident() != there
    assert crew.all([]) == []


def test_the_error_that_is_raised_is_the_one_that_made_the_others_give_up() -> None:
    meeting = Meeting(2)

    def fails() -> None:
        meeting.leave(1)
        raise ZeroDivisionError

    waits = partial(meeting.member(0), np.ones(1), np.empty((2, 1)))
    with pytest.raises(ZeroDivisionError):
        Crew(2).all([waits, fails])
    meeting.leave(1)
    with pytest.raises(GivenUpError):
        Crew(2).all([waits])


def test_a_thread_heeds_what_its_caller_does_about_overflows() -> None:
    def overflows() -> None:
        np.float32(1e38) * np.float32(1e38)

    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        Crew(2).all([lambda: None, overflows])


def test_parts_hand_each_other_arrays_in_their_order() -> None:
    meeting = Meeting(3)

    def one(part: int) -> list[list[float]]:
        own, out, seen = np.empty(2), np.empty((3, 2)), []
        for turn in range(50):
            own[:] = 10 * turn + part
            meeting.member(part)(own, out)
            seen.append(out[:, 0].tolist())
        return seen

    wanted = [[10.0 * turn + part for part in range(3)] for turn in range(50)]
    assert Crew(3).all([partial(one, part) for part in range(3)]) == [wanted] * 3


@given(seed=seeds(), images=st.integers(17, 40))
def test_a_mixed_batch_in_parts_is_the_batch_as_one(seed: int, images: int) -> None:
    graph = graph_of(MIXED)
    batch = random_batch(graph, seed, images)
    arguments = batch.params, batch.state, batch.x, batch.labels
    loss, grads, state = build(graph, shards=1).loss_and_grads(*arguments)
    for shards in (2, 3):
        program = build(graph, shards=shards)
        assert len(program.cuts(images)) == min(shards, -(-images // 8)) + 1
        in_parts, again = program.loss_and_grads(*arguments), program.loss_and_grads(*arguments)
        assert in_parts[0] == pytest.approx(loss, rel=1e-12)
        assert_close(in_parts[1], grads)
        assert_close(in_parts[2], state)
        assert same_bits(in_parts[1], again[1])

"""One program in several Python threads, and one BLAS thread for as long as anybody wants it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from cnndsl.compiler import compile_model
from cnndsl.compiler.threads import single_blas_thread
from tests.compiler.networks import SEED_MODEL, Batch, Tree, random_batch, same_bits

ROUNDS = 6


def blas_threads() -> set[int]:
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


def test_two_threads_get_the_bits_that_one_gets() -> None:
    program = compile_model(SEED_MODEL, (1, 28, 28))
    batches = [random_batch(program.graph, seed, 48, np.float32) for seed in (1, 2)]
    barrier = Barrier(2)

    def step(batch: Batch) -> tuple[float, Tree]:
        value, grads, _ = program.loss_and_grads(batch.params, batch.state, batch.x, batch.labels)
        return value, grads

    def steps(batch: Batch) -> list[tuple[float, Tree]]:
        barrier.wait()
        return [step(batch) for _ in range(ROUNDS)]

    alone = [step(batch) for batch in batches]
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(steps, batches))
    for (value, grads), results in zip(alone, together, strict=True):
        assert [own_value for own_value, _ in results] == [value] * ROUNDS
        assert all(same_bits(own, grads) for _, own in results)


def test_a_tape_may_be_used_in_another_thread() -> None:
    program = compile_model(SEED_MODEL, (1, 28, 28))
    batch = random_batch(program.graph, 1, 8, np.float32)
    _, _, tape = program.forward(batch.params, batch.state, batch.x)
    _, expected = program.backward(batch.params, tape, batch.dy)
    with ThreadPoolExecutor(1) as pool:
        _, grads = pool.submit(program.backward, batch.params, tape, batch.dy).result()
    assert same_bits(grads, expected)


def test_blas_has_one_thread_inside_and_gets_back_what_it_had() -> None:
    before = blas_threads()
    with single_blas_thread():
        assert blas_threads() == {1}
        with single_blas_thread():
            assert blas_threads() == {1}
        assert blas_threads() == {1}
    assert blas_threads() == before


def test_blas_gets_back_what_it_had_after_an_error() -> None:
    before = blas_threads()
    with pytest.raises(KeyError), single_blas_thread():
        raise KeyError
    assert blas_threads() == before


def test_blas_has_one_thread_in_whichever_thread_asks() -> None:
    before = blas_threads()

    def ask() -> set[int]:
        with single_blas_thread():
            return blas_threads()

    with ThreadPoolExecutor(1) as pool:
        assert [ask(), pool.submit(ask).result(), ask()] == [{1}] * 3
    assert blas_threads() == before


def test_blas_keeps_one_thread_until_the_last_has_left() -> None:
    before, entered, left = blas_threads(), Event(), Event()

    def stay_longer() -> set[int]:
        with single_blas_thread():
            entered.set()
            left.wait(10)
            return blas_threads()

    with ThreadPoolExecutor(1) as pool:
        with single_blas_thread():
            longer = pool.submit(stay_longer)
            entered.wait(10)
        left.set()
        assert longer.result() == {1}
    assert blas_threads() == before

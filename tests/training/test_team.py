from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest

from cnndsl.compiler import Program, build, check
from cnndsl.language.source import Source
from cnndsl.training import SHARDS, Team

MODEL = "Conv 3 3 1 1\nReLU\nPool 2\nFC 4\nSoftmax\n"
MEMORY = Path("/dev/shm")  # noqa: S108


@pytest.fixture(scope="module")
def program() -> Program:
    graph, _ = check(Source("net.txt", MODEL), (1, 8, 8))
    return build(graph, shards=SHARDS)


@pytest.fixture(scope="module")
def mixed() -> Program:
    text = "Conv 3 3 1 1\nBatchNorm\nReLU\nPool 2\nConv 4 3\nBatchNorm\nDropout 0.3\nFC 4\nSoftmax\n"
    graph, _ = check(Source("net.txt", text), (1, 8, 8))
    return build(graph, shards=SHARDS)


def batch(size: int, seed: int = 0) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    return rng.standard_normal((size, 1, 8, 8), dtype=np.float32), rng.integers(0, 4, size)


def moved(params: Any, grads: Any) -> Any:
    return {path: {name: a - 0.1 * grads[path][name] for name, a in own.items()} for path, own in params.items()}


def same_bits(left: tuple[Any, ...], right: tuple[Any, ...]) -> bool:
    return left[0] == right[0] and all(
        np.array_equal(left[1][path][name], array) for path, own in right[1].items() for name, array in own.items()
    )


def test_a_team_gives_the_bits_of_one_process_at_every_step(program: Program) -> None:
    params, state = program.init(0)
    with Team(program, 32) as team:
        assert team._helper is not None
        for step, size in enumerate((32, 32, 17, 5, 1)):
            x, labels = batch(size, step)
            alone = program.loss_and_grads(params, state, x, labels, key=step)
            assert same_bits(team.loss_and_grads(params, state, x, labels, key=step), alone)
            params = moved(params, alone[1])
        assert team._helper is not None


def test_a_normalised_batch_has_the_bits_of_one_process(mixed: Program) -> None:
    params, state = mixed.init(0)
    with Team(mixed, 40) as team:
        for step, size in enumerate((40, 32, 17, 8, 3)):
            x, labels = batch(size, step)
            alone = mixed.loss_and_grads(params, state, x, labels, key=step)
            shared = team.loss_and_grads(params, state, x, labels, key=step)
            assert same_bits(shared, alone)
            assert same_bits((0, shared[2]), (0, alone[2]))
            params, state = moved(params, alone[1]), alone[2]
        assert team._helper is not None


def test_a_helper_that_is_lost_in_the_middle_of_a_step_changes_nothing(mixed: Program) -> None:
    params, state = mixed.init(0)
    x, labels = batch(32)
    alone = mixed.loss_and_grads(params, state, x, labels)
    with Team(mixed, 32) as team:
        assert team._helper is not None
        team._helper.send_signal(signal.SIGSTOP)  # it never comes to the exchange
        threading.Timer(0.2, team._helper.kill).start()
        assert same_bits(team.loss_and_grads(params, state, x, labels), alone)
        assert team._helper is None


def test_an_error_in_the_middle_of_a_step_leaves_no_answer_behind(mixed: Program) -> None:
    params, state = mixed.init(0)
    x, labels = batch(32)
    with Team(mixed, 32) as team:
        helper = team._helper
        assert helper is not None
        with patch.object(Program, "partial", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
            team.loss_and_grads(params, state, x, labels)
        assert team._helper is None
        assert helper.poll() is not None
        assert same_bits(team.loss_and_grads(params, state, x, labels), mixed.loss_and_grads(params, state, x, labels))


def test_gradients_are_not_overwritten_by_the_next_step(program: Program) -> None:
    params, state = program.init(0)
    with Team(program, 32) as team:
        _, first, _ = team.loss_and_grads(params, state, *batch(32, 1))
        kept = {path: {name: array.copy() for name, array in own.items()} for path, own in first.items()}
        team.loss_and_grads(params, state, *batch(32, 2))
    assert same_bits((0, first), (0, kept))


def test_a_lost_helper_changes_nothing(program: Program) -> None:
    params, state = program.init(0)
    x, labels = batch(32)
    alone = program.loss_and_grads(params, state, x, labels)
    with Team(program, 32) as team:
        team.loss_and_grads(params, state, x, labels)
        assert team._helper is not None
        team._helper.kill()
        team._helper.wait()
        assert same_bits(team.loss_and_grads(params, state, x, labels), alone)
        assert team._helper is None
        assert same_bits(team.loss_and_grads(params, state, x, labels), alone)


def test_what_the_helper_cannot_share_is_done_alone(program: Program) -> None:
    params, state = program.init(0, dtype=np.float64)
    x, labels = batch(64)
    wide = x.astype(np.float64)
    with Team(program, 32) as team:
        loss, grads, _ = team.loss_and_grads(params, state, wide, labels)
    assert same_bits((loss, grads), program.loss_and_grads(params, state, wide, labels))
    assert grads["FC.0"]["W"].dtype == np.float64


def test_wrong_labels_are_refused_and_the_team_goes_on(program: Program) -> None:
    params, state = program.init(0)
    x, labels = batch(32)
    with Team(program, 32) as team:
        with pytest.raises(ValueError, match=r"expected 0\.\.3"):
            team.loss_and_grads(params, state, x, labels + 4)
        alone = program.loss_and_grads(params, state, x, labels)
        assert same_bits(team.loss_and_grads(params, state, x, labels), alone)


def test_the_helper_and_its_memory_are_gone_afterwards(program: Program) -> None:
    before = set(MEMORY.glob("cnndsl-*"))
    with Team(program, 32) as team:
        helper = team._helper
        assert helper is not None
    assert helper.returncode == 0
    assert set(MEMORY.glob("cnndsl-*")) <= before

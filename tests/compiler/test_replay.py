"""Calls made again give what the layers give, whatever was computed before, and nothing shows from outside."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cnndsl.compiler.program import build
from cnndsl.compiler.replay import Recordings
from tests.compiler.networks import SEED_MODEL, SMALL, graph_of, program_of, random_batch, same_bits
from tests.strategies import models, seeds, thorough

sizes = st.lists(st.integers(1, 9), min_size=1, max_size=8)


def test_the_bundled_model_is_replayed() -> None:
    assert build(graph_of(SEED_MODEL.read_text(), (1, 28, 28))).replays


@pytest.mark.parametrize("line", ["Dropout 0.5", "BatchNorm"])
def test_a_network_that_draws_or_mixes_the_batch_is_not(line: str) -> None:
    assert not program_of(f"input 1x6x6\nConv 2 3\n{line}\nFlatten\nFC 2").replays


def test_a_network_with_many_parameters_is_not() -> None:
    assert not program_of("input 1x20x20\nFlatten\nFC 1000\nFC 2").replays


@thorough(30)
@given(text=models(), seed=seeds(), images=sizes, dtype=st.sampled_from((np.float32, np.float64)))
def test_every_batch_has_the_bits_that_the_layers_give(text: str, seed: int, images: list[int], dtype: type) -> None:
    graph = graph_of(text)
    program = build(graph)
    assume(program.replays)
    plain = attrs.evolve(program, replays=False)
    for step, size in enumerate(images):
        batch = random_batch(graph, seed + step, size, dtype)
        arguments = batch.params, batch.state, batch.x, batch.labels
        value, grads, state = program.loss_and_grads(*arguments)
        expected, expected_grads, _ = plain.loss_and_grads(*arguments)
        assert value == expected
        assert same_bits(grads, expected_grads)
        assert state == batch.state


def test_results_stay_when_the_next_batch_comes() -> None:
    graph = graph_of(SMALL)
    program = build(graph)
    one, two = random_batch(graph, 1), random_batch(graph, 2)
    _, grads, _ = program.loss_and_grads(one.params, one.state, one.x, one.labels)
    before = {path: {name: array.copy() for name, array in own.items()} for path, own in grads.items()}
    program.loss_and_grads(two.params, two.state, two.x, two.labels)
    assert same_bits(grads, before)


def test_a_tape_stays_when_a_batch_comes_between() -> None:
    graph = graph_of(SMALL)
    program, batch = build(graph), random_batch(graph, 0)
    _, _, tape = program.forward(batch.params, batch.state, batch.x, train=True)
    _, before = program.backward(batch.params, tape, batch.dy)
    program.loss_and_grads(batch.params, batch.state, batch.x, batch.labels)
    _, after = program.backward(batch.params, tape, batch.dy)
    assert same_bits(after, before)


def test_precisions_may_alternate_and_mix() -> None:
    graph = graph_of(SMALL)
    program = build(graph)
    single, double = random_batch(graph, 0, dtype=np.float32), random_batch(graph, 0)
    for params, x, dtype in (
        (single.params, single.x, np.float32),
        (double.params, double.x, np.float64),
        (single.params, double.x, np.float64),
    ):
        _, grads, _ = program.loss_and_grads(params, {}, x, single.labels)
        assert {array.dtype for own in grads.values() for array in own.values()} == {np.dtype(dtype)}


def test_the_last_few_sizes_are_kept() -> None:
    graph = graph_of(SMALL)
    segments = build(graph)._segments
    recordings = Recordings()
    batches = [random_batch(graph, 0, images) for images in range(5, 0, -1)]
    kept = [recordings.of(segments, batch.params, batch.x) for batch in batches]
    assert recordings.of(segments, batches[-1].params, batches[-1].x) is kept[-1]
    assert recordings.of(segments, batches[1].params, batches[1].x) is kept[1]
    assert recordings.of(segments, batches[0].params, batches[0].x) is not kept[0]


def test_a_larger_batch_takes_a_larger_block_and_the_others_with_it() -> None:
    graph = graph_of(SMALL)
    recordings = Recordings()
    small, large = (random_batch(graph, 0, images) for images in (2, 9))
    before = recordings.of(build(graph)._segments, small.params, small.x)
    recordings.of(build(graph)._segments, large.params, large.x)
    assert recordings.of(build(graph)._segments, small.params, small.x) is not before

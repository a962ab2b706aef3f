"""A batch may be cut anywhere: its pieces add up to the loss and the gradients of the whole."""

from __future__ import annotations

from itertools import pairwise

import attrs
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cnndsl.compiler.program import Partial, Program, build, reduce_pieces
from tests.compiler.networks import SMALL, Batch, assert_close, graph_of, is_deterministic, random_batch, same_bits
from tests.strategies import models, seeds, thorough

EXAMPLES = 25
IMAGES = 7


def in_pieces(program: Program, batch: Batch, cuts: tuple[int, ...]) -> Partial:
    def work(first: int, last: int) -> Partial:
        x, labels = batch.x[first:last], batch.labels[first:last]
        return program.partial(batch.params, batch.state, x, labels, key=0, first=first, total=len(batch.x))

    return reduce_pieces(cuts, work)


def every(size: int) -> tuple[int, ...]:
    return (*range(0, IMAGES, size), IMAGES)


@thorough(EXAMPLES)
@given(text=models(), seed=seeds(), inner=st.sets(st.integers(1, IMAGES - 1)))
def test_the_pieces_add_up_to_the_whole(text: str, seed: int, inner: set[int]) -> None:
    graph = graph_of(text)
    assume(is_deterministic(graph))
    program, batch = build(graph), random_batch(graph, seed, IMAGES)
    value, grads, _ = program.loss_and_grads(batch.params, batch.state, batch.x, batch.labels)
    for cuts in (every(1), every(2), every(3), every(IMAGES), (0, *sorted(inner), IMAGES)):
        whole = in_pieces(program, batch, cuts)
        assert whole.loss / IMAGES == pytest.approx(value, rel=1e-12)
        assert_close(whole.grads, grads, 1e-11)


@thorough(10)
@given(seed=seeds(), images=st.integers(1, 40), shards=st.integers(1, 4), piece=st.sampled_from((8, 16, 32)))
def test_the_programs_own_pieces_add_up_to_the_whole(seed: int, images: int, shards: int, piece: int) -> None:
    graph = graph_of(SMALL)
    program = attrs.evolve(build(graph, shards=shards), piece=piece)
    batch = random_batch(graph, seed, images)
    value, grads, _ = program.loss_and_grads(batch.params, batch.state, batch.x, batch.labels)
    whole = in_pieces(program, batch, (0, images))
    assert value == pytest.approx(whole.loss / images, rel=1e-12)
    assert_close(grads, whole.grads, 1e-11)
    again, same, _ = program.loss_and_grads(batch.params, batch.state, batch.x, batch.labels)
    assert again == value
    assert same_bits(same, grads)


@thorough(100)
@given(images=st.integers(1, 3000), shards=st.integers(1, 8))
def test_cuts_cover_the_batch_in_pieces_within_bounds(images: int, shards: int) -> None:
    program = build(graph_of(SMALL), shards=shards)
    cuts = program.cuts(images)
    assert (cuts[0], cuts[-1]) == (0, images)
    sizes = [last - first for first, last in pairwise(cuts)]
    assert min(sizes) > 0
    assert max(sizes) <= program.piece
    assert len(set(sizes[:-1])) <= 1
    assert len(sizes) >= min(shards, images // 8) - 1


@thorough(50)
@given(cuts=st.sets(st.integers(1, 60)).map(lambda inner: (0, *sorted(inner), 61)), seed=seeds())
def test_every_piece_is_worked_off_once_in_order_and_the_last_state_stays(cuts: tuple[int, ...], seed: int) -> None:
    values = np.random.default_rng(seed).standard_normal(61)
    seen: list[tuple[int, int]] = []

    def work(first: int, last: int) -> Partial:
        seen.append((first, last))
        part = values[first:last]
        return Partial(float(part.sum()), {"p": {"W": part.sum(keepdims=True)}}, {"p": {"last": np.array(last)}})

    whole = reduce_pieces(cuts, work)
    assert seen == list(pairwise(cuts))
    assert whole.loss == pytest.approx(values.sum(), abs=1e-12)
    assert whole.grads["p"]["W"][0] == whole.loss
    assert whole.state["p"]["last"] == 61

"""Networks with branches: a value that several layers take has the sum of their gradients, and lives long enough."""

from __future__ import annotations

from collections import Counter

import attrs
import numpy as np
import pytest
from hypothesis import assume, event, given

from cnndsl.compiler.lower import lower, run_backward, run_forward
from cnndsl.compiler.optimise import TRAINING, optimise
from cnndsl.compiler.program import Program, build
from cnndsl.gradcheck.slopes import agree, slope
from cnndsl.language import Graph
from cnndsl.language.graph import INPUT
from cnndsl.layers._kind import Array, Fresh, Tree
from cnndsl.layers._layout import to_inner
from cnndsl.layers.add import Add
from cnndsl.layers.concat import Concat
from cnndsl.layers.conv import Conv
from cnndsl.layers.fc import FC
from cnndsl.layers.relu import ReLU
from cnndsl.testing.calls import Poisoned
from tests.compiler.graphs import Draft, branched, mnist_20k, resnet8
from tests.compiler.networks import (
    Batch,
    assert_close,
    dot,
    is_deterministic,
    map_tree,
    norm,
    random_batch,
    same_bits,
)
from tests.strategies import seeds, thorough

EXAMPLES = 30


def step(program: Program, batch: Batch) -> tuple[float, Tree]:
    value, grads, _ = program.loss_and_grads(batch.params, batch.state, batch.x, batch.labels)
    return value, grads


def direction(params: Tree, seed: int) -> Tree:
    rng = np.random.default_rng((seed, 1))
    along = map_tree(lambda array: rng.standard_normal(array.shape), params)
    length = norm(along)
    return map_tree(lambda array: array / length, along)


@thorough(EXAMPLES)
@given(graph=branched(), seed=seeds())
def test_the_gradient_of_the_loss_is_its_slope(graph: Graph, seed: int) -> None:
    program, batch = build(graph), random_batch(graph, seed)
    along = direction(batch.params, seed)

    def value(by: float) -> float:
        moved = map_tree(lambda array, way: array + by * way, batch.params, along)
        return step(program, attrs.evolve(batch, params=moved))[0]

    expected = slope(value)
    assume(expected is not None)
    assert agree(dot(step(program, batch)[1], along), expected)


@thorough(EXAMPLES)
@given(graph=branched(), seed=seeds())
def test_the_gradient_of_the_images_is_the_slope(graph: Graph, seed: int) -> None:
    program, batch = build(graph), random_batch(graph, seed)
    along = np.random.default_rng((seed, 2)).standard_normal(batch.x.shape)

    def value(by: float) -> float:
        return float(np.vdot(batch.dy, program.forward(batch.params, batch.state, batch.x + by * along)[0]))

    expected = slope(value)
    assume(expected is not None)
    _, _, tape = program.forward(batch.params, batch.state, batch.x)
    dx, _ = program.backward(batch.params, tape, batch.dy)
    assert agree(float(np.vdot(dx, along)), expected)


@thorough(EXAMPLES)
@given(graph=branched(), seed=seeds())
def test_what_is_compiled_by_default_is_what_the_graph_says(graph: Graph, seed: int) -> None:
    batch, plain, program = random_batch(graph, seed), build(graph, rewrites=(), training=()), build(graph)
    event(f"rewritten: {optimise(graph, TRAINING) != graph}")
    y, _, tape = program.forward(batch.params, batch.state, batch.x, train=True)
    expected, _, expected_tape = plain.forward(batch.params, batch.state, batch.x, train=True)
    np.testing.assert_allclose(y, expected, rtol=1e-9, atol=1e-11)
    dx, grads = program.backward(batch.params, tape, batch.dy)
    expected_dx, expected_grads = plain.backward(batch.params, expected_tape, batch.dy)
    assert_close({**grads, "images": {"x": dx}}, {**expected_grads, "images": {"x": expected_dx}}, 1e-9)
    loss, loss_grads = step(program, batch)
    expected_loss, expected_loss_grads = step(plain, batch)
    assert loss == pytest.approx(expected_loss, rel=1e-9)
    assert_close(loss_grads, expected_loss_grads, 1e-9)


@thorough(EXAMPLES)
@given(graph=branched(), seed=seeds())
def test_what_memory_held_before_does_not_matter(graph: Graph, seed: int) -> None:
    batch = random_batch(graph, seed, dtype=np.float32)
    steps = lower(optimise(graph, TRAINING))
    clean, poisoned = (_both_ways(steps, batch, scratch) for scratch in (Fresh(), Poisoned()))
    assert same_bits(poisoned, clean)


def _both_ways(steps, batch: Batch, scratch) -> Tree:
    x = to_inner(batch.x, np.empty(batch.x.transpose(2, 1, 3, 0).shape, batch.x.dtype))
    y, state, tape = run_forward(steps, batch.params, batch.state, x, train=True, key=0, scratch=scratch)
    _, grads = run_backward(steps, batch.params, tape, np.ones_like(y), scratch=scratch)
    return {"y": {"y": y}, **{f"state of {path}": own for path, own in state.items()}, **grads}


@thorough(EXAMPLES)
@given(graph=branched(), seed=seeds())
def test_equal_calls_give_equal_bits_whatever_came_between(graph: Graph, seed: int) -> None:
    batch = random_batch(graph, seed, dtype=np.float32)
    program = build(graph)
    value, grads = step(program, batch)
    step(program, random_batch(graph, seed + 1, images=3, dtype=np.float32))
    again, same = step(program, batch)
    assert again == value
    assert same_bits(same, grads)


@thorough(EXAMPLES)
@given(graph=branched(), seed=seeds())
def test_predictions_without_a_tape_are_the_outputs(graph: Graph, seed: int) -> None:
    assume(is_deterministic(graph))
    program, batch = build(graph), random_batch(graph, seed)
    y, _, _ = program.forward(batch.params, batch.state, batch.x)
    np.testing.assert_allclose(program.predict(batch.params, batch.state, batch.x), y, rtol=1e-12, atol=1e-13)


@thorough(EXAMPLES)
@given(graph=branched())
def test_a_value_is_given_up_once_right_behind_its_last_use(graph: Graph) -> None:
    steps = lower(graph)
    released = Counter(path for step_ in steps for path in step_.last_uses)
    taken = {path for step_ in steps for path in step_.inputs}
    assert released == Counter(taken)
    for index, step_ in enumerate(steps):
        later = {path for other in steps[index + 1 :] for path in other.inputs}
        assert not later & set(step_.last_uses)
        assert set(step_.last_uses) <= set(step_.inputs)


def gradients(graph: Graph, x: Array, params: Tree) -> tuple[Array, Tree]:
    program = build(graph)
    y, _, tape = program.forward(params, {}, x)
    return program.backward(params, tape, np.ones_like(y))


def test_a_value_taken_twice_has_both_gradients() -> None:
    draft = Draft((1, 2, 2))
    first = draft.add(Conv(1, 1))
    draft.add(Add(), first, first)
    x, params = np.arange(4.0).reshape(1, 1, 2, 2), {"Conv.0": {"W": np.full((1, 1, 1, 1), 3.0), "b": np.zeros(1)}}
    dx, grads = gradients(draft.graph(), x, params)
    np.testing.assert_array_equal(dx, np.full((1, 1, 2, 2), 6.0))
    assert grads["Conv.0"]["W"].item() == 2 * x.sum()
    assert grads["Conv.0"]["b"].item() == 8


def test_the_images_may_be_used_again_below() -> None:
    draft = Draft((1, 2, 2))
    draft.add(Conv(1, 1))
    draft.add(Concat(), draft.last, INPUT)
    draft.add(Add(), draft.last, draft.last)
    x, params = np.ones((1, 1, 2, 2)), {"Conv.0": {"W": np.full((1, 1, 1, 1), 3.0), "b": np.zeros(1)}}
    dx, _ = gradients(draft.graph(), x, params)
    np.testing.assert_array_equal(dx, np.full((1, 1, 2, 2), 2 * 3 + 2.0))


def test_values_that_no_parameter_feeds_get_no_gradient() -> None:
    draft = Draft((2, 4, 4))
    flat = draft.add(ReLU())
    conv = draft.add(Conv(2, 1), flat)
    draft.add(Add(), conv, flat)
    draft.add(FC(3))
    steps = {step_.path: step_ for step_ in lower(optimise(draft.graph(), TRAINING))}
    assert [steps[path].wants_dx for path in (flat, conv)] == [False, False]
    assert steps["Add.2"].wants_dx


@pytest.mark.parametrize("graph", [resnet8(4), mnist_20k(2)], ids=["resnet8", "mnist-20k"])
@given(seed=seeds())
@thorough(2)
def test_known_networks_learn_in_the_direction_of_their_gradient(graph: Graph, seed: int) -> None:
    program, batch = build(graph), random_batch(graph, seed, images=3)
    along = direction(batch.params, seed)

    def value(by: float) -> float:
        moved = map_tree(lambda array, way: array + by * way, batch.params, along)
        return step(program, attrs.evolve(batch, params=moved))[0]

    expected = slope(value, step=1e-6)
    assume(expected is not None)
    assert agree(dot(step(program, batch)[1], along), expected)

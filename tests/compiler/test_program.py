"""The public face: pure functions with the shapes, types and values that their names promise."""

from __future__ import annotations

from itertools import pairwise

import attrs
import numpy as np
import pytest
from hypothesis import assume, event, example, given
from hypothesis import strategies as st

from cnndsl import loss
from cnndsl.compiler import compile_model
from cnndsl.compiler.program import Program, build
from cnndsl.gradcheck.slopes import agree, slope
from cnndsl.layers._kind import Array, Tree
from tests.compiler.networks import (
    SEED_MODEL,
    SMALL,
    Batch,
    arrays_of,
    assert_close,
    dot,
    graph_of,
    is_deterministic,
    map_tree,
    program_of,
    random_batch,
    same_bits,
)
from tests.strategies import models, seeds, thorough

EXAMPLES = 25
TRIES = 5


@pytest.fixture
def program() -> Program:
    return program_of(SMALL)


@pytest.fixture
def batch(program: Program) -> Batch:
    return random_batch(program.graph, 0)


def direction(tree: Tree, seed: int) -> Tree:
    rng = np.random.default_rng((seed, 1))
    return map_tree(lambda array: rng.standard_normal(array.shape), tree)


def moved(tree: Tree, along: Tree, by: float) -> Tree:
    return map_tree(lambda array, step: array + by * step, tree, along)


def step(program: Program, batch: Batch) -> tuple[float, Tree]:
    value, grads, _ = program.loss_and_grads(batch.params, batch.state, batch.x, batch.labels)
    return value, grads


def assert_loss_gradient(program: Program, batch: Batch, seed: int) -> bool:
    """Whether the loss is smooth at this batch; if so its gradient must be its slope."""
    along = direction(batch.params, seed)
    expected = slope(lambda by: step(program, attrs.evolve(batch, params=moved(batch.params, along, by)))[0])
    if expected is None:
        return False
    assert agree(dot(step(program, batch)[1], along), expected)
    return True


@thorough(EXAMPLES)
@given(text=models(), seed=seeds())
@example(text=SMALL, seed=0)
def test_the_gradient_of_the_loss_is_its_slope(text: str, seed: int) -> None:
    graph = graph_of(text)
    program = build(graph)
    tries = (assert_loss_gradient(program, random_batch(graph, seed + redrawn), seed) for redrawn in range(TRIES))
    redrawn = next((redrawn for redrawn, smooth in enumerate(tries) if smooth), None)
    event(f"points drawn again: {redrawn}")
    assume(redrawn is not None)


@thorough(EXAMPLES)
@given(text=models(), seed=seeds())
@example(text=SMALL, seed=0)
def test_the_gradient_of_the_images_is_the_slope(text: str, seed: int) -> None:
    graph = graph_of(text)
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
@given(text=models(softmax=False), seed=seeds())
def test_outputs_that_no_softmax_made_are_logits_to_the_loss(text: str, seed: int) -> None:
    graph = graph_of(text)
    program, batch = build(graph), random_batch(graph, seed)
    y, _, _ = program.forward(batch.params, batch.state, batch.x, train=True)
    losses, _ = loss.softmax_cross_entropy(y.T, batch.labels)
    value, grads = step(program, batch)
    assert value == pytest.approx(losses.mean(), rel=1e-10)
    with_softmax, same_grads = step(program_of(f"{text}Softmax\n"), batch)
    assert value == pytest.approx(with_softmax, rel=1e-12)
    assert_close(grads, same_grads, 1e-12)


@thorough(EXAMPLES)
@given(text=models(), seed=seeds(), images=st.integers(1, 4), dtype=st.sampled_from((np.float32, np.float64)))
def test_shapes_and_precision_are_those_of_the_arguments(text: str, seed: int, images: int, dtype: type) -> None:
    graph = graph_of(text)
    program, batch = build(graph), random_batch(graph, seed, images, dtype)
    y, _, tape = program.forward(batch.params, batch.state, batch.x)
    dx, grads = program.backward(batch.params, tape, batch.dy)
    assert y.shape == (images, *program.output_shape)
    assert dx.shape == batch.x.shape
    assert {array.dtype for array in (y, dx, *arrays_of(grads))} == {np.dtype(dtype)}
    for given_grads in (grads, step(program, batch)[1]):
        assert map_tree(lambda array: (array.shape, array.dtype), given_grads) == map_tree(
            lambda array: (array.shape, array.dtype), batch.params
        )


@thorough(EXAMPLES)
@given(text=models(softmax=True), seed=seeds())
def test_loss_and_grads_is_forward_then_cross_entropy_then_backward(text: str, seed: int) -> None:
    graph = graph_of(text)
    program, batch = build(graph), random_batch(graph, seed)
    y, _, tape = program.forward(batch.params, batch.state, batch.x, train=True)
    losses, gradient = loss.on_probabilities(loss.cross_entropy()).each(y.T, batch.labels)
    _, expected = program.backward(batch.params, tape, gradient.T / len(batch.x))
    value, grads = step(program, batch)
    assert value == pytest.approx(losses.mean(), rel=1e-10)
    assert_close(grads, expected)


@thorough(EXAMPLES)
@given(text=models(), seed=seeds())
@example(text=SMALL, seed=0)
def test_equal_calls_give_equal_bits(text: str, seed: int) -> None:
    graph = graph_of(text)
    batch = random_batch(graph, seed, 5, np.float32)
    value, grads = step(build(graph), batch)
    program = build(graph)
    for _ in range(3):
        again, own = step(program, batch)
        assert again == value
        assert same_bits(own, grads)


@thorough(EXAMPLES)
@given(text=models(), seed=seeds(), piece=st.integers(1, 4))
def test_predict_scores_and_losses_say_the_same_as_forward_and_loss(text: str, seed: int, piece: int) -> None:
    graph = graph_of(text)
    assume(is_deterministic(graph))
    program, batch = attrs.evolve(build(graph), piece=piece), random_batch(graph, seed)
    y, _, _ = program.forward(batch.params, batch.state, batch.x)
    np.testing.assert_allclose(program.predict(batch.params, batch.state, batch.x), y, rtol=1e-12, atol=1e-13)
    scores = program.scores(batch.params, batch.state, batch.x)
    assert scores.shape == y.shape
    value, _ = step(program, batch)
    assert program.losses(scores, batch.labels).shape == batch.labels.shape
    assert program.losses(scores, batch.labels).mean() == pytest.approx(value, rel=1e-10)


def test_scores_are_what_the_last_softmax_takes(program: Program, batch: Batch) -> None:
    scores = program.scores(batch.params, batch.state, batch.x)
    powers = np.exp(scores)
    y, _, _ = program.forward(batch.params, batch.state, batch.x)
    np.testing.assert_allclose(powers / powers.sum(axis=1, keepdims=True), y, rtol=1e-12)


@thorough(EXAMPLES)
@given(text=models(), seed=seeds())
@example(text=SMALL, seed=0)
def test_arguments_stay_unwritten_and_results_are_ones_own(text: str, seed: int) -> None:
    graph = graph_of(text)
    program, batch = build(graph), random_batch(graph, seed)
    given_arrays = [batch.x, batch.labels, batch.dy, *arrays_of(batch.params)]
    before = [array.copy() for array in given_arrays]
    y, _, tape = program.forward(batch.params, batch.state, batch.x)
    dx, grads = program.backward(batch.params, tape, batch.dy)
    results = [y, dx, *arrays_of(grads), *arrays_of(step(program, batch)[1])]
    assert all(map(np.array_equal, given_arrays, before))
    assert all(result.flags.writeable for result in results)
    assert not any(np.shares_memory(result, array) for result in results for array in given_arrays)


@thorough(EXAMPLES)
@given(text=models(), seed=seeds())
@example(text=SMALL, seed=0)
def test_results_stay_as_they_are_through_later_calls(text: str, seed: int) -> None:
    graph = graph_of(text)
    program, batch = build(graph), random_batch(graph, seed)
    y, _, tape = program.forward(batch.params, batch.state, batch.x)
    dx, grads = program.backward(batch.params, tape, batch.dy)
    results = [y, dx, *arrays_of(grads), *arrays_of(step(program, batch)[1])]
    before = [array.copy() for array in results]
    for later in range(3):
        step(program, random_batch(graph, seed + later + 1))
    assert all(map(np.array_equal, results, before))


@thorough(EXAMPLES)
@given(text=models(), seed=seeds(), images=st.integers(1, 6))
def test_calls_may_be_interleaved(text: str, seed: int, images: int) -> None:
    graph = graph_of(text)
    program = build(graph)
    first, second = random_batch(graph, seed), random_batch(graph, seed + 1, images)
    expected = [_gradients(build(graph), batch) for batch in (first, second)]
    tapes = [program.forward(batch.params, batch.state, batch.x)[2] for batch in (first, second)]
    step(program, second)
    found = [program.backward(batch.params, tape, batch.dy) for batch, tape in zip((first, second), tapes, strict=True)]
    again = program.backward(first.params, tapes[0], first.dy)
    for (dx, grads), (expected_dx, expected_grads) in zip([*found, again], [*expected, expected[0]], strict=True):
        assert np.array_equal(dx, expected_dx)
        assert same_bits(grads, expected_grads)


def _gradients(program: Program, batch: Batch) -> tuple[Array, Tree]:
    _, _, tape = program.forward(batch.params, batch.state, batch.x)
    return program.backward(batch.params, tape, batch.dy)


def test_images_of_any_real_type_and_memory_order_are_taken(program: Program, batch: Batch) -> None:
    whole = np.random.default_rng(0).integers(0, 255, batch.x.shape, dtype=np.uint8)
    expected, _, _ = program.forward(batch.params, batch.state, whole.astype(np.float64))
    for x in (whole, whole.astype(np.int64), np.asfortranarray(whole.astype(np.float64)), whole.tolist()):
        np.testing.assert_allclose(program.forward(batch.params, batch.state, x)[0], expected, rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_mixed_precision_is_the_higher_one(program: Program, dtype: type) -> None:
    single, double = (random_batch(program.graph, 0, dtype=given_type) for given_type in (np.float32, np.float64))
    batch = attrs.evolve(double, params=single.params) if dtype == np.float32 else attrs.evolve(double, x=single.x)
    y, _, tape = program.forward(batch.params, batch.state, batch.x)
    dx, grads = program.backward(batch.params, tape, batch.dy)
    assert {array.dtype for array in (y, dx, *arrays_of(grads))} == {np.dtype(np.float64)}


@pytest.mark.parametrize("shape", [(2, 10, 9), (5, 10, 9, 2), (5, 2, 9, 10), (5, 180), (5, 1, 10, 9), ()])
@pytest.mark.parametrize("method", ["forward", "predict", "scores", "loss_and_grads"])
def test_images_of_another_shape_are_refused_with_both_shapes(
    program: Program, batch: Batch, method: str, shape: tuple[int, ...]
) -> None:
    labels = (batch.labels,) if method == "loss_and_grads" else ()
    with pytest.raises(ValueError, match=r"shape \(.*\(N, 2, 10, 9\)"):
        getattr(program, method)(batch.params, batch.state, np.zeros(shape), *labels)


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ([0, 1, 2, 0], "5 integers"),
        ([[0, 1, 2, 0, 1]], "5 integers"),
        ([0.0, 1.0, 2.0, 0.0, 1.0], "float64"),
        ([True, False, True, False, True], "bool"),
        ([0, 1, 3, 0, 1], r"0\.\.3, expected 0\.\.2"),
        ([0, -1, 2, 0, 1], r"-1\.\.2, expected 0\.\.2"),
    ],
)
def test_wrong_labels_are_refused_with_what_is_expected(
    program: Program, batch: Batch, labels: list[int], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        program.loss_and_grads(batch.params, batch.state, batch.x, np.array(labels))


def test_a_batch_of_nothing_has_no_loss(program: Program, batch: Batch) -> None:
    with pytest.raises(ValueError, match="at least one image"):
        program.loss_and_grads(batch.params, batch.state, batch.x[:0], batch.labels[:0])


def test_a_batch_of_nothing_has_no_outputs(program: Program, batch: Batch) -> None:
    assert program.forward(batch.params, batch.state, batch.x[:0])[0].shape == (0, 3)
    assert program.predict(batch.params, batch.state, batch.x[:0]).shape == (0, 3)
    assert program.scores(batch.params, batch.state, batch.x[:0]).shape == (0, 3)


def test_a_network_may_end_in_a_map() -> None:
    program = program_of("input 2x5x4\nConv 3 2\n")
    batch = random_batch(program.graph, 0)
    y, _, tape = program.forward(batch.params, batch.state, batch.x)
    assert y.shape == program.predict(batch.params, batch.state, batch.x).shape == (5, 3, 4, 3)
    assert program.backward(batch.params, tape, batch.dy)[0].shape == batch.x.shape


def test_a_gradient_may_reach_a_layer_with_gaps_in_memory() -> None:
    program = program_of("input 1x3x1\nConv 1 1\nPool 2 2 pad=1\nFC 2\n")
    batch = random_batch(program.graph, 0)
    _, _, tape = program.forward(batch.params, batch.state, batch.x)
    assert program.backward(batch.params, tape, batch.dy)[0].shape == batch.x.shape


@pytest.mark.parametrize("layers", ["Conv 3 2", "Conv 3 5x4", "Conv 3 5x4\nSoftmax", "Conv 3 1\nReLU"])
def test_a_map_is_refused_by_the_loss(layers: str) -> None:
    program = program_of(f"input 2x5x4\n{layers}\n")
    batch = random_batch(program.graph, 0)
    with pytest.raises(ValueError, match="map"):
        program.loss_and_grads(batch.params, batch.state, batch.x, batch.labels)


@pytest.mark.parametrize("text", [SMALL, "input 1x3x3\nFC 3\n"])
def test_a_cotangent_may_be_whole_numbers_or_a_list(text: str) -> None:
    program = program_of(text)
    batch = random_batch(program.graph, 0)
    y, _, tape = program.forward(batch.params, batch.state, batch.x)
    expected_dx, expected = program.backward(batch.params, tape, np.ones_like(y))
    for dy in (np.ones(y.shape).tolist(), np.ones(y.shape, np.int64)):
        dx, grads = program.backward(batch.params, tape, dy)
        np.testing.assert_array_equal(dx, expected_dx)
        assert same_bits(grads, expected)


@pytest.mark.parametrize("shape", [(4, 3), (5, 2), (5,), (5, 3, 1, 1)])
def test_a_cotangent_of_another_shape_is_refused_with_both_shapes(
    program: Program, batch: Batch, shape: tuple[int, ...]
) -> None:
    _, _, tape = program.forward(batch.params, batch.state, batch.x)
    with pytest.raises(ValueError, match=r"dy has shape \(.*\(5, 3\)"):
        program.backward(batch.params, tape, np.ones(shape))


@thorough(EXAMPLES)
@given(text=models(softmax=False), seed=seeds(), dtype=st.sampled_from((np.float32, np.float64)))
def test_a_layer_that_is_added_changes_no_other_start(text: str, seed: int, dtype: type) -> None:
    before, _ = program_of(text).init(seed, dtype)
    after, _ = program_of(f"{text}FC 7\nSoftmax\n").init(seed, dtype)
    assert len(after) == len(before) + 1
    assert all(same_bits({path: after[path]}, {path: own}) for path, own in before.items())
    assert all(array.dtype == dtype for array in arrays_of(after))


def test_starts_depend_on_the_seed_and_nothing_else(program: Program) -> None:
    weights = [program.init(seed)[0]["FC.1"]["W"] for seed in (0, 0, 1, "one", ("run", 1))]
    assert np.array_equal(weights[0], weights[1])
    assert not any(np.array_equal(one, other) for one, other in pairwise(weights[1:]))


def test_single_precision_starts_are_the_double_ones_rounded(program: Program) -> None:
    single, double = program.init(3, np.float32)[0], program.init(3, np.float64)[0]
    assert same_bits(map_tree(lambda array: array.astype(np.float32), double), single)


def test_weights_start_with_the_variance_of_he_and_biases_at_zero() -> None:
    params, _ = compile_model("input 3x8x8\nConv 400 5 pad=2\nFC 30\n").init(0, np.float64)
    assert params["Conv.0"]["W"].var() == pytest.approx(2 / 75, rel=0.05)
    assert params["FC.0"]["W"].var() == pytest.approx(2 / (400 * 64), rel=0.02)
    assert abs(params["FC.0"]["W"].mean()) < 1e-4
    assert not any(own["b"].any() for own in params.values())


def test_the_seed_model_learns_a_batch_by_heart() -> None:
    program = compile_model(SEED_MODEL, (1, 28, 28))
    params, state = program.init(0)
    rng = np.random.default_rng(0)
    x, labels = rng.standard_normal((16, 1, 28, 28), np.float32), rng.integers(10, size=16)
    for _ in range(30):
        value, grads, state = program.loss_and_grads(params, state, x, labels)
        params = map_tree(lambda array, grad: array - np.float32(0.05) * grad, params, grads)
    assert value < 0.1
    assert np.array_equal(program.predict(params, state, x).argmax(axis=1), labels)

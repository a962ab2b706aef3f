"""Rewritten == original: every pass alone and all of them together, on drawn models and inputs without ties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import event, example, given

from cnndsl.compiler.infer import infer
from cnndsl.compiler.optimise import REWRITES, TRAINING, Pass, optimise
from cnndsl.compiler.passes.activation_behind_pool import activation_behind_pool
from cnndsl.compiler.passes.covering_conv_as_fc import covering_conv_as_fc
from cnndsl.compiler.passes.fuse_bias_relu import fuse_bias_relu
from cnndsl.compiler.passes.fuse_softmax_loss import fuse_softmax_loss
from cnndsl.compiler.program import Program, build
from cnndsl.layers import kind_of
from cnndsl.layers.add import Add
from cnndsl.layers.concat import Concat
from cnndsl.layers.conv import Conv
from cnndsl.layers.fc import FC
from cnndsl.layers.pool import Pool
from cnndsl.layers.relu import ReLU
from cnndsl.layers.softmax import Softmax
from tests.compiler.graphs import Draft
from tests.compiler.networks import SMALL, Batch, assert_close, graph_of, random_batch
from tests.strategies import models, seeds, thorough

EXAMPLES = 40
ALONE = {rewrite.__name__: (rewrite,) for rewrite in TRAINING}
rewrites = pytest.mark.parametrize(
    "passes",
    [*((rewrite,) for rewrite in REWRITES), REWRITES],
    ids=lambda passes: "+".join(rewrite.__name__ for rewrite in passes),
)
trainings = pytest.mark.parametrize(
    "passes",
    [*((rewrite,) for rewrite in TRAINING), TRAINING],
    ids=lambda passes: "+".join(rewrite.__name__ for rewrite in passes),
)


def assert_same_function(left: Program, right: Program, batch: Batch) -> None:
    y, _, tape = left.forward(batch.params, batch.state, batch.x, train=True)
    expected, _, expected_tape = right.forward(batch.params, batch.state, batch.x, train=True)
    np.testing.assert_allclose(y, expected, rtol=1e-10, atol=1e-12)
    dx, grads = left.backward(batch.params, tape, batch.dy)
    expected_dx, expected_grads = right.backward(batch.params, expected_tape, batch.dy)
    assert_close({"x": {"dx": dx}}, {"x": {"dx": expected_dx}})
    assert_close(grads, expected_grads)


def assert_same_training(left: Program, right: Program, batch: Batch) -> None:
    loss, grads, _ = left.loss_and_grads(batch.params, batch.state, batch.x, batch.labels)
    expected, expected_grads, _ = right.loss_and_grads(batch.params, batch.state, batch.x, batch.labels)
    assert loss == pytest.approx(expected, rel=1e-10, abs=1e-12)
    assert_close(grads, expected_grads)


@rewrites
@thorough(EXAMPLES)
@given(text=models(), seed=seeds())
@example(text=SMALL, seed=0)
def test_a_rewritten_network_is_the_same_function(passes: tuple[Pass, ...], text: str, seed: int) -> None:
    graph = graph_of(text)
    event(f"rewritten: {optimise(graph, passes) != graph}")
    assert_same_function(
        build(graph, rewrites=passes, training=()), build(graph, rewrites=(), training=()), random_batch(graph, seed)
    )


@trainings
@thorough(EXAMPLES)
@given(text=models(), seed=seeds())
@example(text=SMALL, seed=0)
def test_a_rewritten_training_step_has_the_same_loss_and_gradients(
    passes: tuple[Pass, ...], text: str, seed: int
) -> None:
    graph = graph_of(text)
    assert_same_training(
        build(graph, rewrites=(), training=passes), build(graph, rewrites=(), training=()), random_batch(graph, seed)
    )


@thorough(EXAMPLES)
@given(text=models(), seed=seeds())
@example(text=SMALL, seed=0)
def test_what_is_compiled_by_default_is_what_the_file_says(text: str, seed: int) -> None:
    graph = graph_of(text)
    plain, batch = build(graph, rewrites=(), training=()), random_batch(graph, seed)
    assert_same_function(build(graph), plain, batch)
    assert_same_training(build(graph), plain, batch)


@pytest.mark.parametrize("last", range(len(TRAINING)), ids=lambda last: TRAINING[last].__name__)
def test_every_pass_finds_something_to_do(last: int) -> None:
    graph = infer(graph_of(SMALL.replace("FC 5", "BatchNorm\nReLU\nFC 5")))
    assert optimise(graph, TRAINING[: last + 1]) != optimise(graph, TRAINING[:last])


@pytest.mark.parametrize("passes", [REWRITES, TRAINING], ids=["REWRITES", "TRAINING"])
def test_passes_have_nothing_left_to_do_a_second_time(passes: tuple[Pass, ...]) -> None:
    once = optimise(graph_of(SMALL), passes)
    assert optimise(once, passes) == once


@thorough(EXAMPLES)
@given(text=models())
def test_passes_keep_the_owners_and_shapes_of_weights(text: str) -> None:
    graph = infer(graph_of(text))
    assert _weights(optimise(graph, TRAINING)) == _weights(graph)
    assert optimise(graph, REWRITES).nodes[-1].out_shape == graph.nodes[-1].out_shape


def _weights(graph) -> dict[tuple[str, str], tuple[int, ...]]:
    return {
        (node.owner, name): weight.shape
        for node in graph.nodes
        for name, weight in kind_of(node.spec).weights(node.spec, *node.in_shapes).items()
    }


def test_a_softmax_that_is_not_last_is_not_fused_with_the_loss() -> None:
    graph = graph_of("input 1x2x2\nFC 3\nSoftmax\nFC 2\nReLU\n")
    assert len(optimise(infer(graph), (fuse_softmax_loss,)).nodes) == len(graph.nodes)


@pytest.mark.parametrize("activation", ["ReLU", "LeakyReLU", "LeakyReLU 0.25"])
@pytest.mark.parametrize("pooling", ["Pool 2", "Pool 3 2 pad=1", "MaxPool 3 2 pad=same", "Pool 2 ceil=true"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_monotone_activation_goes_behind_the_maximum_bit_by_bit(activation: str, pooling: str, dtype: type) -> None:
    graph = infer(graph_of(f"input 3x9x9\nConv 4 3 1 1\n{activation}\n{pooling}\n"))
    passes = (fuse_bias_relu, activation_behind_pool)
    assert [kind_of(node.spec).name for node in optimise(graph, passes).nodes][:2] == ["Conv", "Pool"]
    batch = random_batch(graph, 0, dtype=dtype)
    swapped, plain = (build(graph, rewrites=rewrites, training=()) for rewrites in (passes, ()))
    outputs = [program.forward(batch.params, batch.state, batch.x)[0] for program in (swapped, plain)]
    np.testing.assert_array_equal(*outputs)


@pytest.mark.parametrize(
    "lines",
    [
        "ReLU\nPool 2 mode=avg",
        "ReLU\nAvgPool 2",
        "ReLU\nPool 3 1 pad=1",
        "GELU\nPool 2",
        "HardSwish\nPool 2",
        "Sigmoid\nPool 2",
        "ReLU\nDropout\nPool 2",
    ],
)
def test_what_does_not_commute_or_does_not_pay_stays(lines: str) -> None:
    graph = infer(graph_of(f"input 3x8x8\nConv 4 3 1 1 bias=false\n{lines}\nFC 3\n"))
    assert optimise(graph, (activation_behind_pool,)) == graph


@pytest.mark.parametrize("line", ["Conv 2 5", "Conv 2 5 3", "Conv 2 5 bias=false pad=valid", "Conv 2 5 init=zeros"])
def test_a_kernel_as_large_as_its_input_is_a_matrix_product(line: str) -> None:
    graph = infer(graph_of(f"input 4x5x5\n{line}\n"))
    (node,) = optimise(graph, (covering_conv_as_fc,)).nodes
    assert kind_of(node.spec).name == "CoveringConv"


@pytest.mark.parametrize(
    "line",
    ["Conv 2 5 pad=1", "Conv 2 5 pad=same", "Conv 2 5 groups=2", "Conv 2 3 dilation=2", "Conv 2 5x4", "DWConv 5"],
)
def test_any_other_convolution_is_none(line: str) -> None:
    graph = infer(graph_of(f"input 4x5x5\n{line}\n"))
    assert optimise(graph, (covering_conv_as_fc,)) == graph


@pytest.mark.parametrize("line", ["DWConv 3 1 1 multiplier=2", "ConvTranspose 3 2 2", "Conv 4 3 groups=2", "FC 3"])
def test_every_bias_goes_into_the_relu_behind_it(line: str) -> None:
    graph = infer(graph_of(f"input 2x6x6\n{line}\nReLU\nFC 3\n"))
    rewritten = optimise(graph, (fuse_bias_relu,))
    assert [kind_of(node.spec).name for node in rewritten.nodes][1] == "BiasReLU"
    assert_same_function(
        build(graph, rewrites=(fuse_bias_relu,), training=()),
        build(graph, rewrites=(), training=()),
        random_batch(graph, 0),
    )


def test_a_softmax_that_skips_the_layer_above_it_is_not_fused() -> None:
    draft = Draft((1, 2, 2))
    first = draft.add(FC(3))
    draft.add(ReLU())
    draft.add(Softmax(), first)
    graph = draft.graph()
    assert optimise(graph, (fuse_softmax_loss,)) == graph


def test_a_value_that_a_branch_takes_too_is_not_rewritten() -> None:
    draft = Draft((1, 6, 6))
    conv = draft.add(Conv(2, 3, pad=1))
    relu = draft.add(ReLU())
    pooled = draft.add(Pool(2))
    draft.add(Pool(2), relu)
    draft.add(Add(), pooled, draft.last)
    draft.add(Concat(), draft.last, draft.add(Pool(2), conv))
    graph = draft.graph()
    assert optimise(graph, (fuse_bias_relu, activation_behind_pool)) == graph


def test_the_original_graph_is_not_touched() -> None:
    graph = graph_of(SMALL)
    before = graph.nodes
    optimise(graph, TRAINING)
    assert graph.nodes is before
    assert graph == graph_of(SMALL)

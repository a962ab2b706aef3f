"""Inference rewritten == as the file says: every pass alone and all together, on drawn networks in double precision."""

from __future__ import annotations

import numpy as np
import pytest
from attrs import evolve
from hypothesis import event, example, given

from cnndsl.compiler.infer import infer
from cnndsl.compiler.optimise import INFERENCE, SCORING, Pass, optimise
from cnndsl.compiler.passes.fold_channel_maps import fold_channel_maps, fold_weights
from cnndsl.compiler.passes.skip_identities import skip_identities
from cnndsl.compiler.passes.skip_unread import skip_unread
from cnndsl.compiler.program import build
from cnndsl.language import Graph
from cnndsl.language.graph import INPUT
from cnndsl.layers import kind_of
from cnndsl.layers._kind import Tree
from cnndsl.layers.add import Add
from cnndsl.layers.batch_norm import BatchNorm
from cnndsl.layers.conv import Conv
from cnndsl.layers.dropout import Dropout
from cnndsl.layers.fc import FC
from cnndsl.layers.identity import Identity
from cnndsl.layers.relu import ReLU
from cnndsl.layers.softmax import Softmax
from tests.compiler.graphs import Draft, branched, mnist_20k, resnet8
from tests.compiler.networks import Batch, graph_of, map_tree, random_batch, same_bits
from tests.strategies import seeds, thorough

inferring = pytest.mark.parametrize(
    "passes",
    [*((rewrite,) for rewrite in (skip_identities, skip_unread, fold_channel_maps)), INFERENCE],
    ids=lambda passes: "+".join(rewrite.__name__ for rewrite in passes),
)


def batch_of(graph: Graph, seed: int) -> Batch:
    """With running statistics as of a network that was trained."""
    batch = random_batch(graph, seed)
    rng = np.random.default_rng((seed, 1))
    return evolve(batch, state=map_tree(lambda array: array + abs(rng.standard_normal(array.shape)), batch.state))


def kinds_of(graph: Graph) -> list[str]:
    return [kind_of(node.spec).name for node in graph.nodes]


def assert_same_predictions(graph: Graph, passes: tuple[Pass, ...], seed: int = 0) -> None:
    batch = batch_of(graph, seed)
    y = build(graph, predicting=passes).predict(batch.params, batch.state, batch.x)
    expected, _, _ = build(graph, rewrites=()).forward(batch.params, batch.state, batch.x)
    np.testing.assert_allclose(y, expected, rtol=1e-12, atol=1e-12 * max(1, abs(expected).max()))


def without_softmax(graph: Graph) -> Graph:
    ends = isinstance(graph.nodes[-1].spec, Softmax) and graph.nodes[-1].inputs == (graph.nodes[-2].path,)
    return evolve(graph, nodes=graph.nodes[:-1]) if ends else graph


@inferring
@thorough(30)
@given(graph=branched(), seed=seeds())
@example(graph=resnet8(2), seed=0)
@example(graph=mnist_20k(2), seed=0)
def test_predictions_are_those_of_the_file(passes: tuple[Pass, ...], graph: Graph, seed: int) -> None:
    event(f"rewritten: {optimise(graph, passes) != graph}")
    assert_same_predictions(graph, passes, seed)


@thorough(30)
@given(graph=branched(), seed=seeds())
@example(graph=resnet8(2), seed=0)
def test_scores_are_what_reaches_the_softmax(graph: Graph, seed: int) -> None:
    batch = batch_of(graph, seed)
    scores = build(graph, scoring=SCORING).scores(batch.params, batch.state, batch.x)
    expected, _, _ = build(without_softmax(graph), rewrites=()).forward(batch.params, batch.state, batch.x)
    np.testing.assert_allclose(scores, expected, rtol=1e-12, atol=1e-12 * max(1, abs(expected).max()))


@thorough(30)
@given(graph=branched(), seed=seeds())
def test_a_network_may_be_used_for_one_image_or_many_and_stays_as_it_is(graph: Graph, seed: int) -> None:
    program, batch = build(graph), batch_of(graph, seed)
    before = map_tree(np.copy, batch.params)
    y = program.predict(batch.params, batch.state, batch.x)
    one = program.predict(batch.params, batch.state, batch.x[:1])
    np.testing.assert_allclose(one, y[:1], rtol=1e-9, atol=1e-9 * max(1, abs(y).max()))
    assert same_bits(batch.params, before)


@pytest.mark.parametrize(
    "line",
    ["Conv 4 3", "Conv 4 3 bias=false groups=2", "Conv 3 5", "DWConv 3 multiplier=2", "ConvTranspose 3 2 2", "FC 5"],
)
@pytest.mark.parametrize(
    "norm", ["BatchNorm", "BatchNorm affine=false", "Scale", "BatchNorm\nScale", "Scale\nBatchNorm"]
)
def test_maps_of_channels_vanish_into_any_layer_with_weights(line: str, norm: str) -> None:
    graph = infer(graph_of(f"input 2x5x5\n{line}\n{norm}\nReLU\nFC 3\n"))
    assert kinds_of(optimise(graph, (fold_channel_maps,))) == [kinds_of(graph)[0], "ReLU", "FC"]
    assert len(kinds_of(optimise(graph, INFERENCE))) == 3
    assert_same_predictions(graph, INFERENCE)


def test_in_single_precision_it_stays_so_and_differs_by_rounding() -> None:
    graph = infer(graph_of("input 2x9x9\nConv 4 3\nBatchNorm\nReLU\nConv 4 3 bias=false\nBatchNorm\nFC 3\nSoftmax\n"))
    batch = random_batch(graph, 0, dtype=np.float32)
    y = build(graph).predict(batch.params, batch.state, batch.x)
    assert y.dtype == np.float32
    plain = build(graph, predicting=()).predict(batch.params, batch.state, batch.x)
    np.testing.assert_allclose(y, plain, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("lines", ["ReLU\nBatchNorm", "Pool 2\nScale", "Flatten\nBatchNorm", "Conv 2 3\nReLU\nScale"])
def test_other_layers_take_no_maps_of_channels(lines: str) -> None:
    graph = infer(graph_of(f"input 2x6x6\n{lines}\nFC 3\n"))
    assert optimise(graph, (fold_channel_maps,)) == graph


def test_a_value_that_somebody_else_reads_is_not_folded_away() -> None:
    draft = Draft((1, 4, 4))
    conv = draft.add(Conv(2, 3, pad=1))
    norm = draft.add(BatchNorm())
    draft.add(Add(), conv, norm)
    assert optimise(draft.graph(), (fold_channel_maps,)) == draft.graph()


def test_weights_are_made_of_those_of_all_that_is_folded() -> None:
    graph = optimise(graph_of("input 1x1x1\nConv 2 1\nBatchNorm eps=1e-12\nScale\n"), (fold_channel_maps,))
    params: Tree = {
        "Conv.0": {"W": np.array([2.0, 3.0]).reshape(2, 1, 1, 1), "b": np.array([1.0, 1.0])},
        "BatchNorm.0": {"scale": np.array([10.0, 1.0]), "bias": np.array([0.0, 5.0])},
        "Scale.0": {"scale": np.array([1.0, -1.0])},
    }
    state = {"BatchNorm.0": {"mean": np.array([3.0, 1.0]), "var": np.array([4.0, 1.0])}}
    found = fold_weights(graph, params, state)["Conv.0"]
    np.testing.assert_allclose(found["W"].ravel(), [10, -3], rtol=1e-9)
    np.testing.assert_allclose(found["b"], [-10, -5], rtol=1e-9)


def test_what_is_nothing_at_inference_is_left_out_wherever_it_stands() -> None:
    text = "input 1x4x4\nIdentity\nConv 2 3\nDropout\nBatchNorm\nDropout2d\nReLU\nFC 3\nIdentity\n"
    graph = infer(graph_of(text))
    assert kinds_of(optimise(graph, (skip_identities,))) == ["Conv", "BatchNorm", "ReLU", "FC"]
    assert kinds_of(optimise(graph, INFERENCE)) == ["Conv", "BiasReLU", "FC"]


@pytest.mark.parametrize("spec", [Identity(), Dropout(0.5), Add()])
def test_a_network_that_only_hands_on_still_has_a_layer(spec: object) -> None:
    draft = Draft((1, 2, 2))
    draft.add(spec)
    assert kinds_of(optimise(draft.graph(), INFERENCE)) == kinds_of(draft.graph())


def test_the_last_layer_stays_where_it_hands_on_an_earlier_value() -> None:
    draft = Draft((1, 2, 2))
    first = draft.add(FC(3))
    draft.add(ReLU())
    draft.add(Identity(), first)
    assert kinds_of(optimise(draft.graph(), INFERENCE)) == ["FC", "Identity"]
    assert_same_predictions(draft.graph(), INFERENCE)


def test_what_nobody_reads_is_left_out_with_all_that_only_it_reads() -> None:
    draft = Draft((1, 4, 4))
    first = draft.add(Conv(2, 3, pad=1))
    draft.add(ReLU(), INPUT)
    draft.add(Conv(3, 3))
    draft.add(FC(3), first)
    assert kinds_of(optimise(draft.graph(), (skip_unread,))) == ["Conv", "FC"]

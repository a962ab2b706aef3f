"""Networks: what is right is found right, whatever it is made of; what is wrong is found where it is wrong."""

from __future__ import annotations

import numpy as np
import pytest
from attrs import evolve
from hypothesis import example, given

from cnndsl.compiler.program import build
from cnndsl.gradcheck.calls import Call, Gradients
from cnndsl.gradcheck.compare import Precision
from cnndsl.gradcheck.mistakes import spoiled
from cnndsl.gradcheck.network import Row, Settings, check_network, check_whole, of_layer, of_whole
from cnndsl.gradcheck.points import draw_point, modes, sites
from cnndsl.language import Graph
from tests.compiler.graphs import branched, mnist_20k, resnet8
from tests.compiler.networks import SMALL, graph_of
from tests.strategies import models, seeds, thorough

SETTINGS = Settings(3, 0, Precision(coordinates=40))
MIXED = "input 2x9x8\nConv 3 3 1 1\nBatchNorm\nReLU\nDropout 0.3\nPool 3 2\nFC 4\n"


def wrong(rows: list[Row]) -> list[Row]:
    return [row for row in rows if not row.comparison.is_right(SETTINGS.precision.tolerance)]


@thorough(12)
@given(text=models(), seed=seeds())
@example(text=SMALL, seed=0)
@example(text=MIXED, seed=1)
def test_drawn_networks_are_right(text: str, seed: int) -> None:
    rows = list(check_network(graph_of(text), evolve(SETTINGS, seed=seed)))
    assert not [row for row in wrong(rows) if not row.comparison.is_unclear]


@thorough(8)
@given(graph=branched(), seed=seeds())
def test_networks_with_branches_are_right(graph: Graph, seed: int) -> None:
    rows = list(check_network(graph, evolve(SETTINGS, seed=seed)))
    assert not [row for row in wrong(rows) if not row.comparison.is_unclear]


@pytest.mark.parametrize("graph", [resnet8(4), mnist_20k(2)], ids=["resnet8", "mnist-20k"])
def test_known_networks_are_right_throughout(graph: Graph) -> None:
    assert wrong(list(check_network(graph, Settings(2, 0, Precision(coordinates=8))))) == []


def test_every_layer_input_and_parameter_has_a_row_and_the_whole_has_its_own() -> None:
    rows = list(check_network(graph_of(SMALL), SETTINGS))
    names = [(row.path, row.layer, row.comparison.part) for row in rows]
    assert names[:3] == [("Conv.0", "Conv", "input"), ("Conv.0", "Conv", "W"), ("Conv.0", "Conv", "b")]
    assert ("Pool.0", "Pool", "input, ties") in names
    assert ("network", "output", "input") in names
    assert names[-2:] == [("FC.1", "loss", "W"), ("FC.1", "loss", "b")]
    assert len(set(names)) == len(names)


def test_the_mode_is_told_where_it_matters() -> None:
    rows = check_network(graph_of(MIXED), SETTINGS)
    told = {row.path for row in rows if row.mode}
    assert told == {"BatchNorm.0", "Dropout.0"}


def test_equal_seeds_give_equal_rows() -> None:
    assert list(check_network(graph_of(MIXED), SETTINGS)) == list(check_network(graph_of(MIXED), SETTINGS))


def test_a_network_that_ends_in_a_map_is_checked_by_its_output() -> None:
    rows = list(check_network(graph_of("input 1x5x5\nConv 2 3\nTanh\n"), SETTINGS))
    assert not wrong(rows)
    assert [row.layer for row in rows if row.path == "Conv.0"][-2:] == ["output", "output"]


def test_a_batch_that_training_would_cut_is_checked_in_one_piece() -> None:
    graph = graph_of("input 1x3x3\nDropout 0.5\nFC 3\n")
    assert not wrong(list(check_network(graph, evolve(SETTINGS, images=300))))


def test_large_networks_are_sampled_more_thinly_and_never_not_at_all() -> None:
    small, large = graph_of(SMALL), graph_of("input 3x64x64\nConv 64 5 pad=same\nFC 3\n")
    every = Settings(4, 0, Precision(coordinates=1000))
    assert of_layer(small, every).coordinates == of_whole(small, every).coordinates == 1000
    assert 8 < of_whole(large, every).coordinates < of_layer(large, every).coordinates < 1000
    enormous = graph_of("input 64x200x200\nConv 512 5 pad=same\nFC 3\n")
    assert of_whole(enormous, every).coordinates == 8


def test_a_wrong_layer_is_found_in_its_own_row_and_above_it_in_the_whole() -> None:
    graph = graph_of(SMALL)
    point = draw_point(graph, 0, 3)

    def enlarge(_call: Call, right: Gradients) -> Gradients:
        (dx,), grads = right
        return (dx * 1.001 if dx is not None else None,), grads

    site = next(site for site in sites(graph, point) if site.node.path == "FC.0")
    program = build(graph, rewrites=(), training=()).with_kind("FC.0", spoiled(site.call.kind, enlarge))
    rows = list(check_whole(program, point, of_whole(graph, SETTINGS)))
    assert {row.path for row in wrong(rows)} == {"network", "Conv.0", "Conv.1"}


def test_what_reaches_a_layer_is_what_the_program_computes() -> None:
    graph = graph_of(MIXED)
    point = draw_point(graph, 0, 3)
    y, _, _ = build(graph).forward(point.params, point.state, point.x, train=True, key=point.key)
    *_, last = sites(graph, point)
    np.testing.assert_allclose(last.call.output().T, y, rtol=1e-12)


def test_parameters_are_moved_away_from_their_first_values() -> None:
    point = draw_point(graph_of(MIXED), 0, 3)
    assert abs(point.params["Conv.0"]["b"]).min() > 0
    assert abs(point.params["BatchNorm.0"]["scale"] - 1).min() > 0
    assert point.state["BatchNorm.0"]["var"].min() > 0


def test_only_what_mixes_or_draws_is_checked_in_both_modes() -> None:
    point = draw_point(graph_of(MIXED), 0, 3)
    both = {site.node.path: [call.ctx.train for _, call in modes(site.call)] for site in sites(graph_of(MIXED), point)}
    assert both["BatchNorm.0"] == both["Dropout.0"] == [True, False]
    assert both["Conv.0"] == [True]

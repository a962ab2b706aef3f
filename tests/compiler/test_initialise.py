"""Starts: each has the spread that its name promises, and a layer's own choice goes before the network's."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from cnndsl.compiler.infer import infer
from cnndsl.compiler.initialise import INITIALISERS, initialise
from cnndsl.layers._fields import INITS
from cnndsl.layers._kind import Array, Weight
from tests.compiler.networks import graph_of

FAN_IN, FAN_OUT = 400, 100
SPREADS = {
    "he_normal": 2 / FAN_IN,
    "he_uniform": 2 / FAN_IN,
    "glorot_normal": 2 / (FAN_IN + FAN_OUT),
    "glorot_uniform": 2 / (FAN_IN + FAN_OUT),
    "lecun_normal": 1 / FAN_IN,
    "lecun_uniform": 1 / FAN_IN,
}


def start(name: str, shape: tuple[int, ...] = (FAN_OUT, FAN_IN)) -> Array:
    return INITIALISERS[name](Weight(shape, name, FAN_IN, FAN_OUT), np.random.default_rng(0))


def test_every_word_of_the_language_has_a_function() -> None:
    assert set(INITS) - {"auto"} <= INITIALISERS.keys()


@pytest.mark.parametrize(("name", "variance"), SPREADS.items())
def test_the_variance_is_that_of_the_paper(name: str, variance: float) -> None:
    values = start(name)
    assert abs(values.mean()) < 4 * sqrt(variance / values.size)
    assert values.var() == pytest.approx(variance, rel=0.03)


@pytest.mark.parametrize("name", ["he", "glorot", "lecun"])
def test_uniform_starts_are_bounded_and_flat(name: str) -> None:
    values = start(f"{name}_uniform")
    bound = sqrt(3 * SPREADS[f"{name}_uniform"])
    assert abs(values).max() <= bound
    assert (abs(values) < bound / 2).mean() == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("shape", [(6, 2, 3, 3), (9, 1, 2, 2), (5, 5), (1, 7)])
def test_orthogonal_filters_are_at_right_angles(shape: tuple[int, ...]) -> None:
    matrix = start("orthogonal", shape).reshape(shape[0], -1)
    gram = matrix @ matrix.T if len(matrix) <= matrix.shape[1] else matrix.T @ matrix
    np.testing.assert_allclose(gram, np.eye(len(gram)), atol=1e-12)


def test_a_layer_may_choose_and_the_network_decides_for_the_rest() -> None:
    graph = infer(graph_of("input 2x8x8\nConv 4 3 init=zeros\nConv 4 3 init=orthogonal\nConv 4 3\nDWConv 2\nFC 3\n"))
    usual, _ = initialise(graph, 0, np.float64)
    other, _ = initialise(graph, 0, np.float64, "lecun_uniform")
    assert not usual["Conv.0"]["W"].any()
    for path in ("Conv.0", "Conv.1"):
        np.testing.assert_array_equal(usual[path]["W"], other[path]["W"])
    for path, fan_in in (("Conv.2", 36), ("DWConv.0", 4), ("FC.0", 4)):
        assert not np.array_equal(usual[path]["W"], other[path]["W"])
        assert abs(other[path]["W"]).max() <= sqrt(3 / fan_in)


def test_a_number_is_what_all_weights_of_a_layer_or_a_network_are() -> None:
    graph = infer(graph_of("input 2x8x8\nConv 4 3 init=0.25\nConv 4 3\nFC 3 init=orthogonal\n"))
    params, _ = initialise(graph, 0, np.float32, -2.0)
    assert (params["Conv.0"]["W"] == np.float32(0.25)).all()
    assert (params["Conv.1"]["W"] == np.float32(-2)).all()
    assert not params["Conv.1"]["b"].any()
    assert params["FC.0"]["W"].std() > 0
    assert params["Conv.0"]["W"].dtype == np.float32


def test_state_and_factors_start_as_nothing_done() -> None:
    params, state = initialise(infer(graph_of("input 2x3x3\nBatchNorm\nLayerNorm\nScale\n")), 0, np.float32)
    np.testing.assert_array_equal(state["BatchNorm.0"]["mean"], [0, 0])
    np.testing.assert_array_equal(state["BatchNorm.0"]["var"], [1, 1])
    assert all((params[path]["scale"] == 1).all() for path in ("BatchNorm.0", "LayerNorm.0", "Scale.0"))
    assert not any(params[path]["bias"].any() for path in ("BatchNorm.0", "LayerNorm.0"))
    assert list(params["BatchNorm.0"]) == ["scale", "bias"]

"""Figures of known networks, and of drawn ones against what is really there."""

from __future__ import annotations

from math import prod

import pytest
from hypothesis import given

from cnndsl.compiler import compile_model
from cnndsl.compiler.infer import infer
from cnndsl.compiler.measure import Figures, measure
from cnndsl.layers._kind import Shape
from tests.compiler.networks import SEED_MODEL, arrays_of, graph_of, program_of
from tests.strategies import models, thorough


@pytest.mark.parametrize(
    ("input_shape", "figures"),
    [((1, 28, 28), Figures(33_078, 328_600, 32)), ((3, 32, 32), Figures(36_378, 844_000, 32))],
)
def test_the_seed_model_has_its_known_figures(input_shape: Shape, figures: Figures) -> None:
    assert compile_model(SEED_MODEL, input_shape).figures == figures


def test_figures_are_printed_in_one_line() -> None:
    assert str(Figures(33_078, 328_600, 32)) == "33,078 parameters, 328,600 MACs, receptive field 32"


@thorough(40)
@given(text=models())
def test_parameters_are_the_numbers_that_init_makes(text: str) -> None:
    program = program_of(text)
    params, _ = program.init()
    assert program.figures.parameters == sum(array.size for array in arrays_of(params))


@thorough(40)
@given(text=models())
def test_every_weight_meets_every_place_of_its_output_once(text: str) -> None:
    program = program_of(text)
    params, _ = program.init()
    macs = sum(
        params[node.path]["W"].size * prod(node.out_shape[1:])
        for node in program.graph.nodes
        if "W" in params.get(node.path, {})
    )
    assert program.figures.macs == macs


@thorough(40)
@given(text=models())
def test_the_receptive_field_is_what_one_output_row_reads_going_back(text: str) -> None:
    graph = infer(graph_of(text))
    rows = 1
    for node in reversed(graph.nodes):
        kernel = getattr(node.spec, "kernel", (1, 1))[0]
        stride = getattr(node.spec, "stride", (1, 1))[0]
        rows = (rows - 1) * stride + kernel
    assert measure(graph).receptive_field == rows

"""What is told of a network."""

from __future__ import annotations

import pytest
from hypothesis import given

from cnndsl.compiler.measure import measure
from cnndsl.language.graph import INPUT
from cnndsl.report.architecture import Family, describe
from tests.compiler.networks import graph_of
from tests.report.networks import branches, network, plain, residual, spec
from tests.strategies import models, thorough


@thorough(30)
@given(text=models())
def test_the_totals_are_the_figures_of_the_network(text: str) -> None:
    graph = graph_of(text)
    shown, figures = describe(graph), measure(graph)
    assert (shown.parameters, shown.macs, shown.receptive_field) == (
        figures.parameters,
        figures.macs,
        figures.receptive_field,
    )
    assert shown.output_shape == graph.nodes[-1].out_shape
    assert [row.path for row in shown.rows] == [node.path for node in graph.nodes]


def test_activation_memory_is_that_of_all_outputs() -> None:
    shown = describe(network((3, 8, 8), ("Conv.0", spec("Conv", 4, 3)), ("FC.0", spec("FC", 10))))
    assert shown.activation_bytes == 4 * (4 * 6 * 6 + 10)


def test_a_row_has_its_line_and_its_arguments() -> None:
    first = describe(plain()).rows[0]
    assert (first.text, first.file, first.line) == ("Conv 6 5 1 2", "net.txt", 1)
    assert dict(first.arguments)["out"] == 6
    assert dict(first.arguments)["bias"] is True


def test_a_row_has_a_label_where_the_file_gives_one() -> None:
    assert [row.label for row in describe(plain()).rows] == ["", "", "", "", "logits", ""]


def test_inputs_are_told_where_they_are_not_the_line_above() -> None:
    shown = describe(branches())
    told = [row.path for number, row in enumerate(shown.rows) if shown.skips(number)]
    assert told == ["mix/path.1/Conv.0", "mix/Concat.0"]
    assert not describe(plain()).skips(0)
    assert shown.rows[0].inputs == (INPUT,)


def test_a_network_without_layers_gives_what_it_takes() -> None:
    shown = describe(network((3, 8, 8)))
    assert (shown.rows, shown.output_shape, shown.parameters) == ((), (3, 8, 8), 0)


@pytest.mark.parametrize(
    ("family", "names"),
    [
        ("convolution", ("Conv", "DWConv", "ConvTranspose")),
        ("pooling", ("Pool", "AvgPool", "GlobalAvgPool", "GlobalMaxPool")),
        ("activation", ("ReLU", "LeakyReLU", "GELU", "Tanh")),
        ("normalisation", ("BatchNorm", "LayerNorm", "GroupNorm")),
        ("dense", ("FC",)),
        ("other", ("Flatten", "Dropout", "Dropout2d", "Upsample", "Pad", "Identity", "ChannelShuffle")),
    ],
)
def test_layers_have_their_families(family: Family, names: tuple[str, ...]) -> None:
    needed = {"Conv": (4, 3), "DWConv": (3,), "ConvTranspose": (4, 2), "Pool": (2,), "AvgPool": (2,), "FC": (5,)}
    needed |= {"GroupNorm": (2,), "ChannelShuffle": (2,), "Pad": (1,)}
    for name in names:
        (row,) = describe(network((4, 8, 8), (name, spec(name, *needed.get(name, ()))))).rows
        assert row.family == family, name


def test_what_joins_values_is_a_merge() -> None:
    families = {row.kind: row.family for shown in map(describe, (residual(), branches())) for row in shown.rows}
    assert families["Add"] == families["Concat"] == "merge"


def test_a_normalisation_without_weights_is_one_still() -> None:
    (row,) = describe(network((4, 8, 8), ("LayerNorm.0", spec("LayerNorm", affine=False)))).rows
    assert row.family == "normalisation"


def test_a_softmax_is_an_activation() -> None:
    assert describe(plain()).rows[-1].family == "activation"

"""Figures of known networks, and of drawn ones against what is really there."""

from __future__ import annotations

from math import ceil, floor, prod
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from cnndsl.compiler import compile_model
from cnndsl.compiler.infer import infer
from cnndsl.compiler.measure import _MACS, _SIGHTS, Figures, depth, macs, measure, measure_nodes, receptive_fields
from cnndsl.language import Graph
from cnndsl.language.graph import INPUT
from cnndsl.layers._kind import Shape
from cnndsl.layers.concat import Concat
from cnndsl.layers.conv import Conv
from cnndsl.layers.conv_transpose import ConvTranspose
from cnndsl.layers.upsample import Upsample
from tests.compiler.graphs import Draft, branched, mnist_20k, resnet8
from tests.compiler.networks import SEED_MODEL, arrays_of, graph_of, program_of
from tests.strategies import PUBLIC, models, thorough


def test_the_tables_name_layers_that_there_are() -> None:
    assert _MACS.keys() | _SIGHTS.keys() <= {kind.name for kind in PUBLIC}


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
    """Or, where a map is made larger by its filters, every place of its input."""
    program = program_of(text)
    params, _ = program.init()
    for node in program.graph.nodes:
        weight = params.get(node.path, {}).get("W")
        map_shape = node.in_shapes[0] if isinstance(node.spec, ConvTranspose) else node.out_shape
        assert macs(node) == (0 if weight is None else weight.size * prod(map_shape[1:]))
    assert program.figures.macs == sum(map(macs, program.graph.nodes))


@thorough(60)
@given(text=models())
def test_the_receptive_field_is_what_one_output_row_reads_going_back(text: str) -> None:
    graph = infer(graph_of(text))
    seen = max(_rows_seen(graph, row) for row in range(12))
    field = measure(graph).receptive_field
    if any(isinstance(node.spec, ConvTranspose | Upsample) for node in graph.nodes):
        assert seen <= field  # not every row that a window could meet is there
    else:
        assert seen == field


def _rows_seen(graph: Graph, row: int) -> int:
    """From the first to the last row of the images that a row of the last map reads, were they endless."""
    rows = {row}
    for node in reversed(graph.nodes):
        rows = {source for row in rows for source in _sources(node.spec, row)}
    return max(rows) - min(rows) + 1 if rows else 0  # a stride beyond the kernel leaves rows that read nothing


def _sources(spec: Any, row: int) -> list[int]:
    if isinstance(spec, ConvTranspose):
        return [(row - tap) // spec.stride[0] for tap in range(spec.kernel[0]) if (row - tap) % spec.stride[0] == 0]
    if isinstance(spec, Upsample):
        factor = spec.factor[0]
        if spec.mode == "nearest":
            return [row // factor]
        place = (2 * row + 1 - factor) / (2 * factor)
        return sorted({floor(place), ceil(place)})
    gap = getattr(spec, "dilation", (1, 1))[0]
    first = row * getattr(spec, "stride", (1, 1))[0]
    return [first + gap * tap for tap in range(getattr(spec, "kernel", (1, 1))[0])]


RESNET8, MNIST_20K = Figures(78_042, 12_501_632, 25), Figures(7_138, 1_311_168, 24)


@pytest.mark.parametrize(
    ("graph", "figures"),
    [
        (resnet8(16), RESNET8),
        (resnet8(8), Figures(19_954, 3_236_160, 25)),
        (mnist_20k(8), MNIST_20K),
        (mnist_20k(16), Figures(27_450, 5_131_136, 24)),
    ],
    ids=["resnet8 16", "resnet8 8", "mnist-20k 8", "mnist-20k 16"],
)
def test_known_networks_have_their_known_figures(graph: Graph, figures: Figures) -> None:
    assert measure(graph) == figures


@pytest.mark.parametrize(
    ("name", "figures", "layers"),
    [
        ("resnet8-cifar", RESNET8, 8),
        ("mnist-20k", MNIST_20K, 6),
        ("vgg-cifar", Figures(591_274, 25_003_264, 16), 6),
    ],
)
def test_example_files_have_their_known_figures(shared: Path, name: str, figures: Figures, layers: int) -> None:
    program = compile_model(shared / "examples" / f"{name}.txt")
    assert program.figures == figures
    assert depth(program.graph) == layers


def test_depth_is_that_of_the_longest_path() -> None:
    assert depth(resnet8(4)) == 8
    assert depth(mnist_20k(2)) == 6
    assert depth(graph_of("input 1x4x4\nReLU\nFlatten\n")) == 0


@thorough(30)
@given(graph=branched())
def test_the_figures_of_the_nodes_add_up(graph: Graph) -> None:
    figures, nodes = measure(graph), measure_nodes(graph)
    assert [node.path for node in nodes] == [node.path for node in graph.nodes]
    assert sum(node.parameters for node in nodes) == figures.parameters
    assert sum(node.macs for node in nodes) == figures.macs
    assert max(1, *(node.receptive_field for node in nodes)) == figures.receptive_field
    assert [node.activation_bytes for node in nodes] == [4 * prod(node.out_shape) for node in graph.nodes]


def test_the_receptive_field_is_that_of_the_branch_that_sees_most() -> None:
    draft = Draft((1, 16, 16))
    wide = draft.add(Conv(2, 5, pad=4, dilation=2), INPUT)
    narrow = draft.add(Conv(2, 1), INPUT)
    draft.add(Concat(), narrow, wide)
    draft.add(Conv(2, 3, 2))
    fields = receptive_fields(draft.graph())
    assert fields == {INPUT: (1, 1), wide: (9, 1), narrow: (1, 1), "Concat.2": (9, 1), "Conv.3": (11, 2)}


@pytest.mark.parametrize(
    ("lines", "field", "step"),
    [
        ("Upsample 2\nConv 1 3", 2, 1),
        ("Upsample 2 mode=bilinear", 2, 1),
        ("Pool 4\nUpsample 2 mode=bilinear\nConv 1 3", 12, 2),
        ("ConvTranspose 1 4 2 1", 2, 1),
        ("Pool 4\nConvTranspose 1 2 2", 4, 2),
        ("AvgPool 3 2\nDWConv 3", 7, 2),
    ],
)
def test_the_receptive_field_of_what_makes_a_map_larger(lines: str, field: int, step: int) -> None:
    graph = infer(graph_of(f"input 1x16x16\n{lines}\n"))
    assert receptive_fields(graph)[graph.nodes[-1].path] == (field, step)

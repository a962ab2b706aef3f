"""The arithmetic of a line: the numbers of known lines, and for any model that they are the compiler's own."""

from __future__ import annotations

import re
from math import ceil, floor

import pytest
from hypothesis import given

from cnndsl.compiler import check
from cnndsl.compiler.infer import infer
from cnndsl.compiler.measure import macs, parameters
from cnndsl.data import SHAPES
from cnndsl.diagnostics.arithmetic import arithmetic
from cnndsl.diagnostics.line import explain_file, explain_line
from cnndsl.diagnostics.reference import Kind, worked_example
from cnndsl.errors import SettingsError
from cnndsl.language import Graph, Source
from cnndsl.language.graph import Node
from cnndsl.layers import public_kinds
from cnndsl.layers._fields import spell
from cnndsl.layers.identity import Identity
from tests.cli.command import SEED
from tests.strategies import models, thorough

SEED_FILE = Source("model.txt", SEED.read_text(encoding="utf-8"))
TOO_DEEP = Source("deep.txt", "input 1x8x8\nPool 2 2\nPool 2 2\nPool 2 2\nConv 4 3\nReLU\n")
_NUMBER = re.compile(r"[\d,]+")


def rows(text: str, line: int) -> dict[str, str]:
    """The rows about a line of a model with one layer on it."""
    graph = shaped(text)
    (node,) = [node for node in graph.nodes if node.span and node.span.line == line]
    return dict(arithmetic(graph, node))


def shaped(text: str) -> Graph:
    graph, _ = check(Source("model.txt", text), (1, 28, 28))
    return graph


def last_number(text: str) -> int:
    return int(_NUMBER.findall(text.partition("(")[0])[-1].replace(",", ""))


def test_a_convolution() -> None:
    told = rows(SEED_FILE.text, 4)
    assert told["input"] == "6x14x14, from Pool.0 on line 3"
    assert told["height"] == "floor((14 + 2*0 - 5)/1) + 1 = 10"
    assert told["output"] == "12x10x10"
    assert told["parameters"] == "12 x 6 x 5 x 5 + 12 = 1,812 (W + b)"
    assert told["multiply-adds"] == "12 x 10 x 10 outputs, each from 6 x 5 x 5 inputs = 180,000"
    assert told["sees"] == "6 + 4*2 = 14 pixels of the image"


def test_the_first_layer_takes_the_image() -> None:
    told = rows(SEED_FILE.text, 1)
    assert told["input"] == "1x28x28, the image"
    assert told["parameters"] == "6 x 1 x 5 x 5 + 6 = 156 (W + b)"


def test_directions_may_differ() -> None:
    told = rows("Conv 2 3x5 2x1 1x0\n", 1)
    assert told["height"] == "floor((28 + 2*1 - 3)/2) + 1 = 14"
    assert told["width"] == "floor((28 + 2*0 - 5)/1) + 1 = 24"


@pytest.mark.parametrize(
    ("line", "height"),
    [
        ("Conv 2 5 3 pad=same", "ceil(28/3) = 10"),
        ("Conv 2 3 dilation=2", "floor((28 + 2*0 - 5)/1) + 1 = 24"),
        ("Pool 3 ceil=true", "ceil((28 + 2*0 - 3)/3) + 1 = 10"),
        ("Pool 2 3 ceil=true pad=1", "ceil((28 + 2*1 - 2)/3) + 1 - 1 = 10"),
        ("ConvTranspose 2 3 2 1 1", "(28 - 1)*2 - 2*1 + 3 + 1 = 56"),
    ],
)
def test_other_windows_have_their_own_formula(line: str, height: str) -> None:
    assert rows(f"{line}\n", 1)["height"] == height


def test_filters_that_see_some_channels_only() -> None:
    told = rows("Conv 4 1\nConv 6 3 groups=2\n", 2)
    assert told["channels"] == "6, one for each filter, each over 4/2 = 2 channels"
    assert rows("Conv 4 1\nDWConv 3 multiplier=2\n", 2)["channels"] == "4*2 = 8, 2 filters for each channel"


def test_pooling_widens_the_step() -> None:
    told = explain_line(SEED_FILE, 3, SHAPES)
    assert "sees           5 + 1*1 = 6 pixels of the image" in told
    assert "the window takes in 1 neighbour more, 1 pixel of the image apart" in told
    assert "by its stride of 2, neighbours are 2 pixels apart from here on" in told
    assert "parameters     none" in told


def test_layers_without_a_window() -> None:
    assert rows(SEED_FILE.text, 2)["shape"] == "stays as it is"
    assert rows(SEED_FILE.text, 9)["length"] == "100 x 1 x 1 = 100"
    told = rows(SEED_FILE.text, 10)
    assert told["parameters"] == "10 x 100 + 10 = 1,010 (W + b)"
    assert told["multiply-adds"] == "10 outputs, each from 100 inputs = 1,000"
    assert "the whole image" in told["sees"]
    assert "the whole image" in rows(SEED_FILE.text, 11)["sees"]
    assert rows("FC 10\n", 1)["flattened"] == "1 x 28 x 28 = 784"


def test_the_data_set_is_named_where_the_file_does_not_say() -> None:
    assert explain_line(SEED_FILE, 1, SHAPES).startswith("model.txt:1: Conv 6 5 1 2   (on mnist 1x28x28)\n")
    stated = Source("model.txt", "input 3x32x32\nConv 6 5 # six\n")
    assert explain_line(stated, 2, SHAPES).startswith("model.txt:2: Conv 6 5\n")


def test_the_data_set_is_one_that_the_file_is_right_for() -> None:
    assert "on cifar10 3x32x32" in explain_line(Source("model.txt", "Conv 6 30\n"), 1, SHAPES)


def test_a_file_is_explained_up_to_the_layer_that_fails() -> None:
    told = explain_file(TOO_DEEP, SHAPES)
    assert re.findall(r"^deep.txt:(\d):", told, re.MULTILINE) == ["2", "3", "4", "5", "5"]
    assert "error S201: Conv kernel 3x3 does not fit its 1x1 input" in told


def test_a_line_with_a_note_has_both() -> None:
    told = explain_line(Source("model.txt", "input 1x7x7\nPool 2 2\n"), 2, SHAPES)
    assert "note S205" in told
    assert "floor((7 + 2*0 - 2)/2) + 1 = 3" in told


def test_several_layers_on_a_line_are_all_told() -> None:
    told = explain_line(Source("model.txt", "Conv 4 3 1 1; ReLU; Flatten; FC 10\n"), 1, SHAPES)
    assert re.findall(r"^(\w+)\.0: ", told, re.MULTILINE) == ["Conv", "ReLU", "Flatten", "FC"]


BLOCKS = Source(
    "blocks.txt",
    """\
input 1x8x8
block Unit(ch) {
  Conv $ch 3 1 1
  ReLU
}
Unit 4
stage: repeat 2 { Unit 6 }
Flatten
FC 10
""",
)


def test_a_line_of_a_block_is_told_at_each_place_that_it_is_called_from() -> None:
    told = explain_line(BLOCKS, 3, SHAPES)
    assert re.findall(r"^\s+parameters +(.*)$", told, re.MULTILINE) == [
        "4 x 1 x 3 x 3 + 4 = 40 (W + b)",
        "6 x 4 x 3 x 3 + 6 = 222 (W + b)",
        "6 x 6 x 3 x 3 + 6 = 330 (W + b)",
    ]
    assert "made by        Unit on line 6: `Conv 4 3 1 1` on line 3" in told
    assert "made by        repeat, pass 1 on line 7, Unit on line 7: `Conv 6 3 1 1` on line 3" in told


def test_a_line_that_calls_a_block_is_told_with_all_that_it_makes() -> None:
    told = explain_line(BLOCKS, 7, SHAPES)
    assert len(re.findall(r"^\S+: ", told, re.MULTILINE)) == 1 + 4
    assert told.startswith("blocks.txt:7: stage: repeat 2 { Unit 6 }\n")


def test_a_file_with_blocks_is_told_by_the_lines_of_its_layers() -> None:
    told = explain_file(BLOCKS, SHAPES)
    assert re.findall(r"^blocks.txt:(\d):", told, re.MULTILINE) == ["3", "4", "8", "9"]


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        (BLOCKS, 2, "layers are on lines 3, 4, 6, 7, 8, 9"),
        (SEED_FILE, 40, "there is no layer on this line\n  = hint: layers are on lines 1, 2, 3"),
        (TOO_DEEP, 1, "there is no layer on this line"),
        (TOO_DEEP, 6, "line 5 has an error\n  = hint: `cnndsl explain deep.txt:5` shows it"),
    ],
)
def test_a_line_without_a_layer_is_refused(source: Source, line: int, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        explain_line(source, line, SHAPES)
    assert message in str(caught.value)


@pytest.mark.parametrize("kind", public_kinds(), ids=lambda kind: kind.name)
def test_every_kind_has_its_arithmetic(kind: Kind) -> None:
    worked = worked_example(kind)
    nodes = (
        Node("label", Identity(), ("@input",)),
        Node("here", worked.spec, ("label", "@input")[: len(worked.in_shapes)]),
    )
    graph = infer(Graph(nodes, Source("model.txt", ""), worked.in_shapes[0]))
    told = dict(arithmetic(graph, graph.nodes[-1]))
    assert told["output"] == spell(worked.out_shape)
    assert worked.parameters == (0 if told["parameters"] == "none" else last_number(told["parameters"]))
    changed = worked.in_shapes[0][1:] != worked.out_shape[1:] and len(worked.out_shape) == 3
    assert not changed or {"height", "width"} <= told.keys(), "say how the size comes about, in arithmetic.py"


@thorough(60)
@given(text=models())
def test_of_any_model_the_numbers_are_the_compilers(text: str) -> None:
    graph, _ = check(Source("model.txt", text))
    for node in graph.nodes:
        told = dict(arithmetic(graph, node))
        assert last_number(told["multiply-adds"]) == macs(node) if macs(node) else told["multiply-adds"] == "none"
        count = parameters(node)
        assert last_number(told["parameters"]) == count if count else told["parameters"] == "none"
        for name, size in zip(("height", "width"), node.out_shape[1:], strict=False):
            assert name not in told or last_number(told[name].partition("=")[2]) == size
            if name in told:
                assert eval(told[name].partition("=")[0], {"floor": floor, "ceil": ceil}) == size  # noqa: S307

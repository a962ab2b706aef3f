"""Graphs written out line by line, and their fingerprints."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve

from cnndsl.compiler import check
from cnndsl.compiler.optimise import REWRITES, optimise
from cnndsl.language import Graph, Source, read_graph
from cnndsl.language.fingerprint import canonical_hash
from cnndsl.language.graph import Node
from cnndsl.language.render import render
from cnndsl.language.source import read_source
from cnndsl.language.syntax import Reference
from cnndsl.language.text import write_value
from tests.language.samples import SEED, graph_of

EXAMPLES = Path(__file__).parents[2] / "examples"


def hash_of(text: str) -> str:
    return canonical_hash(graph_of(text))


def test_a_plain_file_is_written_without_labels() -> None:
    text = "version 1\ninput 1x28x28\n\nConv 6 5 1 2\nReLU\nstem: Pool 2\nFC 10\n"
    assert render(graph_of(text)) == text


def test_structure_is_written_out_with_its_paths() -> None:
    text = """
        input 3x8x8
        let w = 3
        block Thin(ch) { Conv $ch 1; ReLU }
        residual { repeat 2 { Thin $w } }
        branch concat { path { ReLU } path { } }
        require { params < ($w * 1000); no Tanh }
        """
    assert (
        render(graph_of(text))
        == """\
version 1
input 3x8x8

residual.0/repeat.0/0/Thin.0/Conv.0: Conv 3 1
residual.0/repeat.0/0/Thin.0/ReLU.0: ReLU
residual.0/repeat.0/1/Thin.0/Conv.0: Conv 3 1
residual.0/repeat.0/1/Thin.0/ReLU.0: ReLU
residual.0: Add @input
branch.0/0/ReLU.0: ReLU
branch.0: Concat @residual.0

require {
  params < 3000
  no Tanh
}
"""
    )


def test_a_layer_behind_another_than_the_line_above_says_so() -> None:
    text = "a: ReLU\nTanh\nb: Conv 4 1 bias=false from=@a\nAdd @a @input from=@Tanh.0\nSigmoid from=@input\n"
    labelled = text.replace("\nTanh", "\nTanh.0: Tanh")
    graph = graph_of(labelled)
    assert render(graph) == f"version 1\n\n{labelled}"
    assert graph_of(render(graph)) == graph


def test_any_graph_of_layers_is_read_back() -> None:
    specs = [node.spec for node in graph_of("Conv 4 1; ReLU; Concat @input; Conv 4 1").nodes]
    nodes = (
        Node("Conv.1", specs[0], ("@input",)),
        Node("Conv.0", specs[3], ("@input",)),
        Node("x/y.z/0", specs[1], ("Conv.1",)),
        Node("Concat.7", specs[2], ("Conv.0", "x/y.z/0", "@input", "Conv.0")),
    )
    graph = Graph(nodes, Source("m", ""), (3, 8, 8))
    assert graph_of(render(graph)) == graph


@pytest.mark.parametrize("name", ["mnist-20k", "resnet8-cifar", "vgg-cifar", "no-flatten"])
def test_the_examples_written_out_are_the_same_networks(name: str) -> None:
    source = read_source(EXAMPLES / f"{name}.txt")
    graph, found = read_graph(source, input_shape=None)
    assert found == ()
    again = graph_of(render(graph, provenance=True))
    assert again == graph
    assert canonical_hash(again) == canonical_hash(graph)
    assert render(again) == render(graph)


def test_each_line_says_where_it_comes_from() -> None:
    text = "block In { ReLU }\nblock Out {\n  In\n}\nrepeat 2 as i { Out }\nFC 2"
    lines = render(graph_of(text), provenance=True).splitlines()
    assert [line.partition("  # ")[2] for line in lines[2:]] == [
        "repeat.0/0/Out.0/In.0/ReLU.0, line 1, In on line 3, Out on line 5 (i = 0)",
        "repeat.0/1/Out.0/In.0/ReLU.0, line 1, In on line 3, Out on line 5 (i = 1)",
        "FC.0, line 6",
    ]


def test_what_the_language_cannot_say_is_not_written() -> None:
    shaped, _ = check(Source("m", SEED), (1, 28, 28))
    with pytest.raises(ValueError, match="made by rewrites"):
        render(optimise(shaped, REWRITES))
    unfinished, _ = read_graph(Source("m", "residual shortcut=auto { Conv 3 1 }"))
    for write in (render, canonical_hash):
        with pytest.raises(ValueError, match="m:1:1: what follows depends on the shape of the input"):
            write(unfinished)


TRAIN = "train { lr = 0.5; batch = 32; loss = f(a=1, b) }"
AUGMENT = "augment { Pad 2; Rotate 10 }"
PLAIN = f"""
input 3x8x8
Conv 4 3 1 1
Pool 2 2
ReLU
FC 10
{TRAIN}
{AUGMENT}
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Conv 4 3 1 1", "conv2d out=4 kernel=3x3 pad=1 # the first"),
        ("Conv 4 3 1 1", "stem: Conv (2*2) 3 stride=1x1 pad=1 bias=true"),
        ("Conv 4 3 1 1", "block A(c) { Conv $c 3 1 1 }\nlet w = 4\nrepeat 1 { A $w }"),
        ("Pool 2 2", "max_pool 2"),
        ("ReLU\nFC 10", "repeat 1 as i { ReLU; FC (10 + $i) }"),
        ("lr = 0.5; batch = 32;", "batch = 32.0\n  LR = .5\n"),
        ("f(a=1, b)", "F(A=(3 - 2), B)"),
        ("train {", "\n\ntrain {"),
        ("Pad 2", "pad 2"),
        (f"{TRAIN}\n{AUGMENT}", f"{AUGMENT}\n{TRAIN}"),
        ("input 3x8x8", "version 1\ninput 3x8x8"),
    ],
)
def test_the_fingerprint_does_not_depend_on_how_it_is_said(old: str, new: str) -> None:
    assert old in PLAIN
    assert hash_of(PLAIN.replace(old, new)) == hash_of(PLAIN)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("input 3x8x8", "input 3x8x9"),
        ("input 3x8x8", ""),
        ("Conv 4", "Conv 5"),
        ("ReLU", "Tanh"),
        ("ReLU\n", "ReLU\nReLU\n"),
        ("FC 10", "FC 10 from=@input"),
        ("lr = 0.5", "lr = 0.25"),
        ("batch = 32;", ""),
        ("batch = 32", "batch = true"),
        ("f(a=1, b)", "f(b, a=1)"),
        ("Pad 2; Rotate 10", "Rotate 10; Pad 2"),
        ("train {", "data {"),
    ],
)
def test_the_fingerprint_depends_on_what_is_said(old: str, new: str) -> None:
    assert old in PLAIN
    assert hash_of(PLAIN.replace(old, new)) != hash_of(PLAIN)


def test_the_fingerprint_is_the_same_tomorrow() -> None:
    assert (
        hash_of("input 1x4x4\nConv 2 3\nReLU\nFC 2\n")
        == "8003fa8a664e3313d2e34f5811cac9369c6797fac8d296dbc32e20f7a15bc8d3"
    )


def test_the_fingerprint_of_a_graph_does_not_depend_on_shapes_inferred_since() -> None:
    text = "input 1x4x4\nConv 2 3\nFC 2\n"
    shaped, _ = check(Source("m", text))
    assert canonical_hash(shaped) == hash_of(text)
    assert canonical_hash(evolve(shaped, input_shape=(1, 5, 5))) != hash_of(text)


@pytest.mark.parametrize(
    ("value", "text"), [(float("inf"), "1e999"), (float("-inf"), "-1e999"), (Reference("a"), "@a")]
)
def test_values_that_are_rare_are_written_too(value: float | Reference, text: str) -> None:
    assert write_value(value) == text

"""Exported models compute what their networks compute, and are called what these are called."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.compiler import compile_model
from cnndsl.compiler.infer import infer
from cnndsl.compiler.program import build
from cnndsl.errors import CnndslError
from cnndsl.exchange.export import OPSET, export_onnx
from cnndsl.exchange.notes import Notes, read_notes
from cnndsl.exchange.translate import translate
from cnndsl.language import Graph, Source
from cnndsl.language.fingerprint import canonical_hash
from cnndsl.language.graph import INPUT, Node
from cnndsl.language.render import render
from cnndsl.layers.flatten import Flatten
from cnndsl.layers.relu import ReLU
from tests.compiler.graphs import branched
from tests.compiler.networks import graph_of
from tests.exchange.engines import (
    assert_equal,
    assert_model_computes,
    exported,
    in_runtime,
    model_proto,
    runtime,
    weights_of,
)
from tests.strategies import PUBLIC, Case, Kind, arity, cases, thorough

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.txt"))
SHAPES = {"model": (1, 28, 28), "no-flatten": (1, 28, 28)}


def graph_of_case(case: Case) -> Graph:
    """A network of one layer; before one that takes a vector, the images are flattened; joins take images twice."""
    shape = case.in_shapes[0]
    first: tuple[Node, ...] = ()
    if len(shape) == 1:
        first, shape = (Node("first", Flatten(), (INPUT,)),), (1, 1, *shape)
    source = first[0].path if first else INPUT
    inputs = (source,) * len(case.in_shapes)
    return infer(Graph((*first, Node("layer", case.spec, inputs)), Source("<drawn>", ""), shape))


@pytest.mark.parametrize("kind", PUBLIC, ids=lambda kind: kind.name)
@thorough(15)
@given(data=st.data())
def test_every_kind_computes_the_same_everywhere(kind: Kind, data: st.DataObject) -> None:
    case = data.draw(cases(kind).filter(lambda case: len(set(case.in_shapes)) == 1))
    assert_model_computes(graph_of_case(case), case.seed, case.images)


@thorough(25)
@given(branched(), st.integers(0, 99))
def test_every_network_computes_the_same_everywhere(graph: Graph, seed: int) -> None:
    assert_model_computes(graph, seed)


@pytest.mark.parametrize("path", [*EXAMPLES, ROOT / "inputdir" / "model.txt"], ids=lambda path: path.stem)
def test_every_example_computes_the_same_everywhere(path: Path) -> None:
    assert_model_computes(compile_model(path, SHAPES.get(path.stem)).graph, 0)


def test_every_kind_has_a_form_of_its_own() -> None:
    default = translate.dispatch(object)
    assert all(translate.dispatch(kind.spec) is not default for kind in PUBLIC)
    assert any(arity(kind) > 1 for kind in PUBLIC)


GRAPH = """
input 2x6x5
stem: Conv 4 3 pad=same
residual { Conv 4 1; SiLU }
branch concat { path { BatchNorm } path { } }
Add @input from=@input
Concat @stem
Pool 2 ceil=true
logits: FC 3
Softmax
"""


def test_names_are_those_of_the_network() -> None:
    graph = graph_of(GRAPH)
    params, state = weights_of(graph, 1)
    made = model_proto(export_onnx(graph, params, state, Notes())).graph
    weights = {f"{path}/{name}" for tree in (params, state) for path, own in tree.items() for name in own}
    initialisers = {tensor.name: tuple(tensor.dims) for tensor in made.initializer}
    assert {name for name in initialisers if ":" not in name} == weights
    assert initialisers["logits/W"] == params["logits"]["W"].shape
    assert [node.name for node in made.node if ":" not in node.name] == [node.path for node in graph.nodes]
    assert made.output[0].name == "Softmax.0"


def test_a_label_that_looks_like_a_weight_is_no_clash() -> None:
    assert_model_computes(graph_of("input 1x4x4\na: Conv 1 1\na/W: ReLU\nSigmoid\n"), 0)


@pytest.mark.parametrize("images", [1, 3])
def test_the_batch_may_have_any_size(images: int) -> None:
    assert_model_computes(graph_of(GRAPH), 2, images)


def test_metadata_say_what_the_network_is() -> None:
    graph = graph_of(f"{GRAPH}train {{ epochs = 3; seed = 1 }}\n")
    notes = Notes((0.5, 0.25), (0.1, 0.2), ("cat", "dog", "größe"))
    model = model_proto(export_onnx(graph, *weights_of(graph, 0), notes))
    said = {entry.key: entry.value for entry in model.metadata_props}
    again = graph_of(said["cnndsl.model"])
    assert (again.nodes, again.sections) == (graph.nodes, ())
    assert said["cnndsl.hash"] == canonical_hash(again)
    assert read_notes(said, 2) == notes
    assert read_notes(said, 3) == Notes(classes=notes.classes)
    assert (model.producer_name, model.opset_import[0].version) == ("cnndsl", OPSET)


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "[" * 10_000, '{"mean": "x"}', '{"mean": [NaN], "std": [1]}'])
def test_notes_that_cannot_be_read_are_none(text: str) -> None:
    assert read_notes({"cnndsl.preprocessing": text, "cnndsl.classes": '{"a": 1}'}, 1) == Notes()


def test_the_model_can_standardise_by_itself() -> None:
    graph = graph_of(GRAPH)
    params, state = weights_of(graph, 0)
    notes = Notes((0.4, 0.5), (0.2, 0.3))
    pixels = np.random.default_rng(0).integers(0, 256, (2, 2, 6, 5)).astype(np.float32)
    mean, std = (np.array(values, np.float32)[:, None, None] for values in (notes.mean, notes.std))
    ours = build(graph).predict(params, state, (pixels / 255 - mean) / std)
    assert_equal(ours, in_runtime(export_onnx(graph, params, state, notes, with_preprocessing=True), pixels))
    with pytest.raises(CnndslError, match="standardised"):
        export_onnx(graph, params, state, Notes(), with_preprocessing=True)


def test_equal_networks_give_equal_bytes() -> None:
    assert exported(graph_of(GRAPH), 5) == exported(graph_of(GRAPH), 5)
    assert exported(graph_of(GRAPH), 5) != exported(graph_of(GRAPH), 6)


def test_a_kind_that_nobody_has_translated_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    default = translate.dispatch(object)
    monkeypatch.setattr("cnndsl.exchange.export.translate", default)
    graph = graph_of("input 1x4x4\nReLU\n")
    with pytest.raises(CnndslError, match=f"{type(ReLU()).__name__} has no form in ONNX"):
        export_onnx(graph, {}, {}, Notes())


def test_the_runtime_takes_the_version_that_is_written() -> None:
    assert runtime.InferenceSession(exported(graph_of("input 1x4x4\nGELU\n"))).get_inputs()[0].shape == ["N", 1, 4, 4]


def test_the_text_in_the_metadata_is_the_canonical_one() -> None:
    graph = graph_of(GRAPH)
    (text,) = (e.value for e in model_proto(exported(graph)).metadata_props if e.key == "cnndsl.model")
    assert text == render(graph)

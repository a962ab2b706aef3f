"""Imported networks compute what their models compute, and are written and read again as what they are."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnndsl.compiler import compile_model
from cnndsl.compiler.program import build
from cnndsl.errors import CnndslError, InputError
from cnndsl.exchange.export import export_onnx
from cnndsl.exchange.importing import Imported, import_onnx
from cnndsl.exchange.model import Model
from cnndsl.exchange.notes import Notes
from cnndsl.exchange.read import read_onnx
from cnndsl.language import Graph
from cnndsl.language.render import render
from cnndsl.layers._fields import spell
from tests.compiler.graphs import branched
from tests.compiler.networks import graph_of, same_bits
from tests.exchange.engines import assert_equal, exported, in_runtime, weights_of
from tests.exchange.models import FOREIGN
from tests.exchange.refused import EXPECTED, MODELS, report
from tests.exchange.test_export import EXAMPLES, GRAPH, ROOT, SHAPES, graph_of_case
from tests.strategies import PUBLIC, Kind, cases

drawn = settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
NOTES = Notes((0.25, 0.5), (0.1, 0.2), ("a", "b"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "net.onnx"


def imported(path: Path, data: bytes) -> tuple[Model, Imported]:
    path.write_bytes(data)
    model = read_onnx(path)
    return model, import_onnx(model, path.name)


def exported_again(path: Path, data: bytes, *, with_preprocessing: bool = False) -> tuple[bytes, Imported]:
    model, network = imported(path, data)
    again = export_onnx(
        network.graph, network.params, network.state, model.notes, with_preprocessing=with_preprocessing
    )
    return again, network


def assert_there_and_back(path: Path, graph: Graph, seed: int) -> None:
    """A model and what is imported of it compute the same; from then on, every bit stays."""
    params, state = weights_of(graph, seed)
    first = export_onnx(graph, params, state, Notes())
    second, network = exported_again(path, first)
    x = np.random.default_rng(seed).standard_normal((2, *graph.input_shape), dtype=np.float32)
    ours = build(graph).predict(params, state, x)
    assert_equal(ours, build(network.graph).predict(network.params, network.state, x))
    third, again = exported_again(path, second)
    assert third == second
    assert (again.text, again.graph) == (network.text, network.graph)
    assert same_bits(again.params, network.params)
    assert same_bits(again.state, network.state)


def is_channels_first(graph: Graph) -> bool:
    """Whether the language takes the input for what it is (see S203)."""
    channels, height, width = graph.input_shape
    return not (channels == height > 4 and width in {1, 3, 4})


@pytest.mark.parametrize("kind", PUBLIC, ids=lambda kind: kind.name)
@drawn
@given(data=st.data())
def test_every_kind_goes_there_and_back(kind: Kind, data: st.DataObject, path: Path) -> None:
    case = data.draw(cases(kind).filter(lambda case: len(set(case.in_shapes)) == 1))
    graph = graph_of_case(case)
    if is_channels_first(graph):
        assert_there_and_back(path, graph, case.seed)


@drawn
@given(graph=branched(), seed=st.integers(0, 99))
def test_every_network_goes_there_and_back(graph: Graph, seed: int, path: Path) -> None:
    if is_channels_first(graph):
        assert_there_and_back(path, graph, seed)


@pytest.mark.parametrize("example", [*EXAMPLES, ROOT / "inputdir" / "model.txt"], ids=lambda example: example.stem)
def test_every_example_goes_there_and_back(example: Path, path: Path) -> None:
    assert_there_and_back(path, compile_model(example, SHAPES.get(example.stem)).graph, 0)


SAME = """version 1
input 2x9x8

stem: Conv 4 3 1 1 dilation=1x2 groups=2 bias=false
stem/norm: BatchNorm momentum=0.8 eps=0.001
GELU approximate=tanh
Add @stem
branch.0/0/Conv.0: DWConv 3 2 1 multiplier=2 bias=false
AvgPool 3 2 pad=1
GroupNorm 2 affine=false
LayerNorm affine=false
BatchNorm affine=false
ChannelShuffle 4
SiLU
LeakyReLU 0.2
Dropout 0.3
Identity
ConvTranspose 3 3 2 1 1
Upsample 2x1 mode=bilinear
Upsample
Pad 1x0
GlobalMaxPool
Scale
logits: FC 3
LogSoftmax
"""


def test_a_file_comes_back_as_it_was(path: Path) -> None:
    graph = graph_of(SAME)
    params, state = build(graph).init(0)  # what has learnt nothing yet is learnt all the same
    model, network = imported(path, export_onnx(graph, params, state, NOTES))
    assert network.text == render(graph) == SAME
    assert network.graph == graph
    assert same_bits(network.params, params)
    assert same_bits(network.state, state)
    assert model.notes == NOTES


def test_a_model_that_standardises_is_imported_without(path: Path) -> None:
    graph = graph_of(GRAPH)
    first = export_onnx(graph, *weights_of(graph, 0), NOTES, with_preprocessing=True)
    second, network = exported_again(path, first, with_preprocessing=True)
    assert "Scale" not in network.text
    assert exported_again(path, second, with_preprocessing=True)[0] == second


@pytest.mark.parametrize("name", FOREIGN)
def test_models_of_others_become_layers(name: str, path: Path) -> None:
    foreign = FOREIGN[name]
    _, network = imported(path, foreign.data)
    assert network.text == f"version 1\ninput {spell(foreign.shape)}\n\n{foreign.text}"
    images = foreign.batch if isinstance(foreign.batch, int) else 3
    dtype = np.float64 if "double" in name else np.float32
    x = np.random.default_rng(1).standard_normal((images, *foreign.shape)).astype(dtype)
    ours = build(network.graph).predict(network.params, network.state, x.astype(np.float32))
    assert_equal(ours, in_runtime(foreign.data, x))


def test_an_open_size_is_filled_in(path: Path) -> None:
    path.write_bytes(evolve(FOREIGN["swish"], shape=(4, "height", "width")).data)
    assert read_onnx(path, (4, 6, 5)).input_shape == (4, 6, 5)
    with pytest.raises(InputError, match="leave --input out"):
        read_onnx(path, (3, 6, 5))


def test_what_is_refused_is_explained_word_for_word() -> None:
    assert report() == EXPECTED.read_text(encoding="utf-8")


SOUND = [exported(graph_of(GRAPH)), *(FOREIGN[name].data for name in ("a shuffle", "gelu", "a residual block"))]


@settings(deadline=None, max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.sampled_from(SOUND),
    places=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=4),
    share=st.floats(0.5, 1),
)
def test_damage_is_an_error_or_no_damage(
    data: bytes, places: list[tuple[float, int]], share: float, path: Path
) -> None:
    spoilt = bytearray(data)
    for place, byte in places:
        spoilt[int(place * len(spoilt))] = byte
    if not places:
        del spoilt[int(share * len(spoilt)) :]
    with suppress(CnndslError):
        imported(path, bytes(spoilt))


def test_no_other_file_is_read(path: Path, tmp_path: Path) -> None:
    (tmp_path / "weights.bin").write_bytes(bytes(16))
    with pytest.raises(InputError, match="in another file"):
        imported(path, MODELS["external data"])


def test_too_many_constants_are_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("constants", "importing"):
        monkeypatch.setattr(f"cnndsl.exchange.{module}.MOST_NUMBERS", 100)
    with pytest.raises(CnndslError, match="X901") as error:
        imported(path, FOREIGN["constants as operators"].data)
    assert "more than 100 numbers" in error.value.__notes__[0]

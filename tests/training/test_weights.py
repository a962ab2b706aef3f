"""Weights on disk: every bit back, and nothing that is damaged, foreign or not finite."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from safetensors.numpy import save

from cnndsl.compiler import Program, compile_model
from cnndsl.errors import InputError
from cnndsl.layers._kind import Array, Tree
from cnndsl.training.weights import load_weights, read_header, save_weights

ABOUT = {"epoch": 3, "valid": {"macro_f1": 0.1 + 0.2}, "model": "Conv 1 1\n# größe\n", "classes": ["a", "b"]}
PARAMS: dict[str, dict[str, Array]] = {
    "stem": {"W": np.arange(6, dtype=np.float32).reshape(2, 3) / 7, "b": np.array([-0.0, 1e-45], np.float32)},
    "FC.0": {"W": np.array([[np.pi]])},
}
STATE: dict[str, dict[str, Array]] = {"stem": {"mean": np.full(2, 1e300)}}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "best.safetensors"


@pytest.fixture
def saved(path: Path) -> Path:
    save_weights(path, PARAMS, STATE, ABOUT)
    return path


def assert_same(left: Any, right: Any) -> None:
    """Equal trees, bit for bit."""
    assert [(name, list(own)) for name, own in left.items()] == [(name, list(own)) for name, own in right.items()]
    for name, own in left.items():
        for key, array in own.items():
            other = right[name][key]
            assert (array.dtype, array.shape, array.tobytes()) == (other.dtype, other.shape, other.tobytes())


def refused(path: Path, params: Tree = PARAMS, state: Tree = STATE) -> InputError:
    with pytest.raises(InputError) as error:
        load_weights(path, params, state)
    assert str(path) in error.value.message
    assert error.value.exit_code == 3
    return error.value


def test_what_is_saved_is_loaded_bit_for_bit(path: Path) -> None:
    digest = save_weights(path, PARAMS, STATE, ABOUT)
    params, state, header = load_weights(path, PARAMS, STATE)
    assert_same(params, PARAMS)
    assert_same(state, STATE)
    assert header == {**ABOUT, "schema": 1, "sha256": digest}
    assert read_header(path) == header


def test_the_weights_of_a_network_are_loaded_into_another_start(program: Program, path: Path) -> None:
    params, state = program.init(1)
    save_weights(path, params, state, {})
    assert_same(load_weights(path, *program.init(2))[0], params)


ARRAYS = hnp.arrays(
    st.sampled_from([np.float32, np.float64]),
    hnp.array_shapes(max_dims=4, max_side=4),
    elements=st.floats(width=32, allow_nan=False, allow_infinity=False),
)


@given(ARRAYS, st.booleans())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_array_comes_back_however_it_lies_in_memory(path: Path, array: Array, mirrored: bool) -> None:  # noqa: FBT001
    view = array.T[::-1] if mirrored else array.T
    save_weights(path, {"a": {"W": view}}, {}, {})
    params, _, _ = load_weights(path, {"a": {"W": np.empty(view.shape, view.dtype)}}, {})
    assert params["a"]["W"].tobytes() == view.tobytes()


def test_a_broadcast_array_is_saved_as_what_it_shows(path: Path) -> None:
    view = np.broadcast_to(np.arange(3, dtype=np.float32), (2, 3))
    save_weights(path, {"a": {"W": view}}, {}, {})
    np.testing.assert_array_equal(load_weights(path, {"a": {"W": view}}, {})[0]["a"]["W"], [[0, 1, 2], [0, 1, 2]])


def test_every_change_is_noticed_or_means_nothing(saved: Path) -> None:
    data, said = saved.read_bytes(), read_header(saved)
    numbers = sum(array.nbytes for tree in (PARAMS, STATE) for own in tree.values() for array in own.values())
    for index in range(len(data)):
        saved.write_bytes(data[:index] + bytes([data[index] ^ (1 << index % 8)]) + data[index + 1 :])
        try:
            params, state, header = load_weights(saved, PARAMS, STATE)
        except InputError:
            continue
        # Such as another kind of space, or another spelling of a code point: never a number.
        assert index < len(data) - numbers
        assert_same(params, PARAMS)
        assert_same(state, STATE)
        assert header == said


def test_every_truncated_file_is_refused(saved: Path) -> None:
    data = saved.read_bytes()
    for length in range(len(data)):
        saved.write_bytes(data[:length])
        assert refused(saved).code == "D510"
    saved.write_bytes(data + b"more")
    assert refused(saved).code == "D510"


@pytest.mark.parametrize("content", [b"", b"Conv 6 5 1 2\n", b"\x80\x04\x95" * 9, b"\xff" * 8 + b"{}", b"\0" * 64])
def test_what_is_no_such_file_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert refused(path).code == "D510"


@pytest.mark.parametrize("header", ["null", "[]", "3", '"x"', "{}", '{"schema": 2}', "[" * 100_000, "{"])
def test_a_file_of_another_program_or_version_is_refused(path: Path, header: str) -> None:
    path.write_bytes(save({"stem/W": PARAMS["stem"]["W"]}, metadata={"cnndsl": header}))
    assert refused(path).code in {"D510", "D511"}
    path.write_bytes(save({"stem/W": PARAMS["stem"]["W"]}))
    assert refused(path).code == "D511"


def test_a_missing_file_is_told(path: Path) -> None:
    assert refused(path).code == "D503"
    path.mkdir()
    assert refused(path).code == "D510"


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({**PARAMS, "FC.0": {"W": np.zeros((1, 2))}}, "FC.0/W is float64 1x1 there, float64 1x2 here"),
        ({**PARAMS, "FC.0": {"W": np.zeros((1, 1), np.float32)}}, "FC.0/W is float64 1x1 there, float32 1x1 here"),
        ({"stem": PARAMS["stem"]}, "FC.0/W is float64 1x1 there, missing here"),
        ({**PARAMS, "FC.1": {"W": np.zeros((1, 1))}}, "FC.1/W is missing there, float64 1x1 here"),
    ],
)
def test_the_first_difference_to_another_architecture_is_named(saved: Path, params: Tree, words: str) -> None:
    error = refused(saved, params)
    assert error.code == "T603"
    assert words in error.message


def test_the_weights_of_another_network_are_refused(program: Program, path: Path) -> None:
    save_weights(path, *program.init(), {})
    other = compile_model("input 1x6x6\nConv 3 3 1 1\nReLU\nPool 2\nFlatten\nFC 5\nSoftmax\n")
    assert refused(path, *other.init()).code == "T603"


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_refused(path: Path, value: float) -> None:
    save_weights(path, {"a": {"W": np.array([1, value])}}, {}, {})
    assert "not finite" in refused(path, {"a": {"W": np.zeros(2)}}, {}).message


def test_number_formats_that_numpy_has_not_are_refused(path: Path) -> None:
    header = {"__metadata__": {"cnndsl": '{"schema": 1}'}}
    header["a/W"] = {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]}  # type: ignore[dict-item]
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + b"\0" * 4)
    refused(path, {"a": {"W": np.zeros(2)}}, {})


SAVE = """
import sys
from pathlib import Path
from cnndsl.compiler import compile_model
from cnndsl.training.weights import save_weights
program = compile_model("input 1x6x6\\nConv 3 3\\nFlatten\\nFC 4\\n")
save_weights(Path(sys.argv[1]), *program.init(5), {"epoch": 1, "b": 2, "a": [3]})
"""


def test_every_process_writes_the_same_bytes(tmp_path: Path) -> None:
    contents = set()
    for seed in ("0", "1", "random"):
        path = tmp_path / seed
        subprocess.run([sys.executable, "-c", SAVE, path], check=True, env={"PYTHONHASHSEED": seed})
        contents.add(path.read_bytes())
    assert len(contents) == 1

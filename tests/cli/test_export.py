"""``cnndsl export``: what is written where, and what is refused."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from cnndsl.compiler import compile_model
from cnndsl.exchange.notes import read_notes
from cnndsl.training.saved import load_saved
from tests.cli.command import SEED
from tests.cli.inside import inside
from tests.exchange.engines import assert_equal, in_runtime, model_proto

TRAIN = ("--train", "50", "--valid", "20", "--test", "20", "--epochs", "1", "--processes", "1")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of a file that includes another and has another value for a variable."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "blocks.txt").write_text("block Part(ch) { Conv $ch 3; BatchNorm; ReLU }\n")
    (folder / "net.txt").write_text('include "blocks.txt"\nlet w = 2\nPart $w\nPool 4\nFC 10\nSoftmax\n')
    done = inside("compile-and-train", "net.txt", *TRAIN, "--set", "w=3", "--out", "out", cwd=folder)
    assert done.code == 0, done.err
    return folder / "out"


def test_a_run_is_exported_with_its_weights(run: Path) -> None:
    assert inside("export", run, "--to", "onnx").code == 0
    model = (run / "model.onnx").read_bytes()
    saved = load_saved(run)
    x = np.random.default_rng(0).standard_normal((3, 1, 28, 28), dtype=np.float32)
    program = compile_model(saved.header["network"])
    assert saved.params["Part.0/Conv.0"]["W"].shape[0] == 3
    assert_equal(program.predict(saved.params, saved.state, x), in_runtime(model, x))
    notes = read_notes({entry.key: entry.value for entry in model_proto(model).metadata_props}, 1)
    assert notes.mean == tuple(saved.header["mean"])
    assert notes.classes == tuple("0123456789")


def test_pixels_go_into_a_model_that_standardises(run: Path, tmp_path: Path) -> None:
    target = tmp_path / "whole.onnx"
    weights = run / "best.safetensors"
    assert inside("export", weights, "--to", "onnx", "--with-preprocessing", "-o", target).code == 0
    saved = load_saved(weights)
    pixels = np.random.default_rng(0).integers(0, 256, (2, 1, 28, 28)).astype(np.float32)
    (mean,), (std,) = saved.header["mean"], saved.header["std"]
    x = ((pixels / 255 - mean) / std).astype(np.float32)
    ours = compile_model(saved.header["network"]).predict(saved.params, saved.state, x)
    assert_equal(ours, in_runtime(target.read_bytes(), pixels))


def test_a_file_is_exported_with_its_first_weights(tmp_path: Path) -> None:
    target = tmp_path / "net.onnx"
    done = inside("export", SEED, "--to", "onnx", "--data", "mnist", "--seed", "3", "-o", target)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"{target}: 11 layers, ")
    x = np.zeros((1, 1, 28, 28), np.float32)
    program = compile_model(SEED, (1, 28, 28))
    assert_equal(program.predict(*program.init(3), x), in_runtime(target.read_bytes(), x))


def test_beside_the_file_and_again(tmp_path: Path) -> None:
    (tmp_path / "net.txt").write_text("input 1x4x4\nFC 2\n")
    for _ in range(2):
        assert inside("export", "net.txt", "--to", "onnx", cwd=tmp_path).code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["net.onnx", "net.txt"]


def test_nothing_but_an_older_model_is_written_over(tmp_path: Path) -> None:
    for content in (b"# cnndsl\n", b"", b"\x08\x0a\x12\x07pytorch"):
        (tmp_path / "mine").write_bytes(content)
        done = inside("export", SEED, "--to", "onnx", "--data", "mnist", "-o", "mine", cwd=tmp_path)
        assert done.code == 5
        assert "give another path with -o" in done.err
        assert (tmp_path / "mine").read_bytes() == content


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("net.txt",), 2, "give --input"),
        (("net.txt", "--data", "mnist", "--input", "1x28x28"), 2, "Choose one"),
        (("net.txt", "--input", "1x28x28", "--with-preprocessing"), 1, "error X903"),
        (("bad.txt",), 1, "error N010"),
        (("missing.txt",), 3, "error D503"),
        (("missing.safetensors",), 3, "error D503"),
        ((".",), 3, "best.safetensors: there is no such file"),
        (("foreign.safetensors", "--seed", "1"), 2, "are for a FILE"),
        (("foreign.safetensors",), 3, "error D510"),
        (("net.txt", "--data", "mnist", "-o", "no/folder.onnx"), 5, "cannot write"),
        (("net.txt", "--data", "mnist", "-o", "."), 5, "cannot write"),
    ],
)
def test_what_cannot_be_exported_is_explained(
    arguments: tuple[str, ...], code: int, words: str, tmp_path: Path
) -> None:
    (tmp_path / "net.txt").write_text("Flatten\nFC 2\n")
    (tmp_path / "bad.txt").write_text("input 1x4x4\nCnv 2\n")
    (tmp_path / "foreign.safetensors").write_text("not weights")
    done = inside("export", *arguments, "--to", "onnx", cwd=tmp_path)
    assert done.code == code, done.err
    assert words in done.err


def test_without_the_package_it_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    done = inside("export", SEED, "--to", "onnx", "--data", "mnist", "-o", tmp_path / "net.onnx")
    assert done.code == 2
    assert "pip install cnndsl[onnx]" in done.err

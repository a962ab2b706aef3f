"""``cnndsl import-onnx``: what is written where, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnndsl.training.saved import load_saved
from tests.cli.inside import inside
from tests.exchange.engines import assert_equal, in_runtime
from tests.exchange.models import FOREIGN

RESIDUAL = FOREIGN["a residual block"]
TEXT = f"version 1\ninput 4x6x5\n\n{RESIDUAL.text}"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Path:
    (tmp_path / "net.onnx").write_bytes(RESIDUAL.data)
    return tmp_path


def test_a_model_becomes_a_file_and_weights_that_can_be_exported(folder: Path) -> None:
    done = inside("import-onnx", "net.onnx", cwd=folder)
    assert (done.code, done.err) == (0, "")
    assert done.out == "model.txt: 4 layers\nmodel.safetensors: 1 arrays\n"
    assert (folder / "model.txt").read_text() == TEXT
    assert inside("check", "model.txt", cwd=folder).code == 0
    saved = load_saved(folder / "model.safetensors")
    assert saved.header["origin"] == "net.onnx"
    assert inside("export", "model.safetensors", "--to", "onnx", cwd=folder).code == 0
    x = saved.params["Conv.0"]["W"][:2, :, :1, :1].repeat(6, axis=2).repeat(5, axis=3)
    assert_equal(in_runtime(RESIDUAL.data, x), in_runtime((folder / "model.onnx").read_bytes(), x))


def test_nothing_is_written_over_unasked(folder: Path) -> None:
    for name in ("other.txt", "other.safetensors"):
        (folder / name).write_text("mine")
        done = inside("import-onnx", "net.onnx", "-o", "other.txt", cwd=folder)
        assert done.code == 5
        assert f"{name} is there already" in done.err
        assert {path.name for path in folder.iterdir()} == {"net.onnx", name}
        assert inside("import-onnx", "net.onnx", "-o", "other.txt", "--force", cwd=folder).code == 0
        assert (folder / "other.txt").read_text() == TEXT
        (folder / "other.txt").unlink()
        (folder / "other.safetensors").unlink()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("missing.onnx",), 3, "error D503"),
        ((".",), 3, "is a directory"),
        (("net.onnx", "-o", ""), 2, "cannot be the model file"),
        (("net.onnx", "-o", "a.safetensors"), 2, "cannot be the model file"),
        (("net.onnx", "-o", "no/folder.txt"), 5, "cannot write"),
        (("net.onnx", "--input", "3x6x5"), 3, "leave --input out"),
    ],
)
def test_what_cannot_be_done_is_explained(arguments: tuple[str, ...], code: int, words: str, folder: Path) -> None:
    done = inside("import-onnx", *arguments, cwd=folder)
    assert done.code == code, done.err
    assert words in done.err
    assert [path.name for path in folder.iterdir()] == ["net.onnx"]

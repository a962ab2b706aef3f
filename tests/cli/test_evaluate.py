"""``cnndsl evaluate``: what the run logged, on its own images and on others; what is no run is refused."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.cli.inside import inside
from tests.data.samples import idx_bytes

pytest_plugins = ["tests.cli.three_runs"]


def evaluated(folder: Path, *given: object) -> Any:
    done = inside("evaluate", *given, "--json", cwd=folder)
    assert (done.code, done.err) == (0, "")
    return json.loads(done.out)


def test_the_test_split_scores_what_the_run_wrote(three_runs: Path) -> None:
    found = evaluated(three_runs, "runs/first")
    (written,) = csv.DictReader((three_runs / "runs/first/test.csv").read_text().splitlines())
    for metric in ("loss", "accuracy", "macro_f1", "top_3"):
        assert found["metrics"][metric] == float(written[f"test_{metric}"])
    assert {"weighted_f1", "top_2", "top_5"} <= set(found["metrics"])
    assert "top_10" not in found["metrics"]
    assert (found["data"], found["split"], found["images"]) == ("mnist", "test", 40)


def test_the_validation_split_scores_what_the_best_epoch_did(three_runs: Path) -> None:
    found = evaluated(three_runs, "runs/deep/wider", "--split", "valid")
    rows = csv.DictReader((three_runs / "runs/deep/wider/history.csv").read_text().splitlines())
    (best,) = [row for row in rows if row["best"] == "1"]
    assert found["epoch"] == int(best["epoch"])
    assert found["metrics"]["loss"] == float(best["valid_loss"])
    assert found["metrics"]["top_3"] == float(best["valid_top_3"])


def test_classes_and_confusion_say_the_same(three_runs: Path) -> None:
    found = evaluated(three_runs, "runs/first", "--split", "train")
    confusion = np.array(found["confusion"])
    assert [own["support"] for own in found["classes"]] == confusion.sum(axis=1).tolist() == [6] * 10
    assert np.trace(confusion) / 60 == pytest.approx(found["metrics"]["accuracy"])
    hits = np.diag(confusion) / 6
    assert [own["recall"] for own in found["classes"]] == pytest.approx(hits.tolist())


def test_the_table_is_for_people_and_nothing_is_written_unless_asked(three_runs: Path, tmp_path: Path) -> None:
    before = sorted(three_runs.rglob("*"))
    done = inside("evaluate", "runs/first", cwd=three_runs)
    lines = done.out.splitlines()
    assert lines[0].startswith("runs/first, epoch ")
    assert lines[0].endswith(", on mnist, test: 40 images")
    assert lines[1].startswith("loss ")
    assert lines[3].split() == ["class", "precision", "recall", "F1", "images"]
    assert sorted(three_runs.rglob("*")) == before
    done = inside("evaluate", "runs/first", "--out", tmp_path / "found.json", cwd=three_runs)
    assert done.code == 0
    assert json.loads((tmp_path / "found.json").read_text()) == evaluated(three_runs, "runs/first")


def test_other_images_of_the_data_set_are_scored_and_told(three_runs: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for part, count in (("train", 200), ("t10k", 50)):
        pixels = rng.integers(0, 256, (count, 28, 28), np.uint8)
        (tmp_path / f"{part}-images-idx3-ubyte").write_bytes(idx_bytes(pixels))
        (tmp_path / f"{part}-labels-idx1-ubyte").write_bytes(idx_bytes(np.arange(count, dtype=np.uint8) % 10))
    found = evaluated(three_runs, "runs/first", "--data", "mnist", "--data-dir", tmp_path)
    assert found["images"] == 50
    done = inside("evaluate", "runs/first", "--data-dir", tmp_path, cwd=three_runs)
    assert done.code == 0
    assert done.err.startswith("warning T614: these images of mnist are not those of the run")
    done = inside(
        "evaluate", "runs/first", "--data", "mnist", "--data-dir", tmp_path, "--split", "valid", cwd=three_runs
    )
    assert (done.code, done.out) == (2, "")
    assert "error D504: mnist has no valid part of its own" in done.err


def broken(three_runs: Path, folder: Path, file: str, content: bytes | None) -> Path:
    """A copy of a run in which a file is another, or gone."""
    shutil.copytree(three_runs / "runs" / "first", folder / "run")
    path = folder / "run" / file
    path.unlink() if content is None else path.write_bytes(content)
    return folder / "run"


BROKEN = {
    "no manifest": ("manifest.json", None, 3, "D503", "has no manifest: the run goes on, or was cut off"),
    "no JSON": ("manifest.json", b"{", 3, "D510", "is damaged: it is no JSON"),
    "no text": ("manifest.json", b"\xff\xfe", 3, "D510", "is damaged: it is no text"),
    "another JSON": ("manifest.json", b"[1]", 3, "D511", "is no manifest of a run"),
    "half a manifest": ("manifest.json", b'{"settings": {}}', 3, "D511", "lacks 'data'"),
    "no weights": ("best.safetensors", None, 3, "D503", "is a run whose best.safetensors is gone"),
    "no whole weights": ("best.safetensors", b"\x10", 3, "D510", "is not a whole safetensors file"),
    "no table": ("history.csv", b"epoch,train_loss\n1,one\n", 3, "D510", "is no table of numbers"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_whole_run_is_named(name: str, three_runs: Path, tmp_path: Path) -> None:
    file, content, exit_code, code, words = BROKEN[name]
    run = broken(three_runs, tmp_path, file, content)
    done = inside("evaluate", run)
    assert (done.code, done.out) == (exit_code, "")
    assert f"error {code}: " in done.err
    assert words in done.err
    assert "hint: " in done.err or code in {"D510", "D511"}


def test_what_is_no_run_at_all_is_named(three_runs: Path, tmp_path: Path) -> None:
    done = inside("evaluate", tmp_path / "nowhere")
    assert (done.code, "there is no such folder" in done.err) == (3, True)
    done = inside("evaluate", tmp_path)
    assert (done.code, "holds no run: there is no best.safetensors" in done.err) == (3, True)
    done = inside("evaluate", "runs", cwd=three_runs)
    assert (done.code, "runs is not a run, it holds 3" in done.err) == (3, True)
    assert "hint: such as runs/deep/legacy" in done.err
    done = inside("evaluate", "runs/first", "--data", "cifar11", cwd=three_runs)
    assert (done.code, "no data set is called 'cifar11'" in done.err) == (2, True)

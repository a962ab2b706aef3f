"""Images of one's own from first to last: trained on from a folder, scored, and told apart by another command."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cli.inside import inside

MODEL = """input 3x12x12
Flatten
FC 2
Softmax
data { images = "photos"; train = 16; valid = 8; test = 6 }
train { epochs = 3; seed = 1; batch = 4 }
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Dark and light pictures of several sizes and formats, and a network that was trained on them."""
    folder = tmp_path_factory.mktemp("own")
    rng = np.random.default_rng(0)
    for number in range(40):
        name, level = ("dark", 40) if number % 2 else ("light", 200)
        (folder / "photos" / name).mkdir(parents=True, exist_ok=True)
        pixels = rng.integers(level - 20, level + 20, (12 + number % 7, 12 + number % 5, 3)).astype(np.uint8)
        Image.fromarray(pixels).save(folder / "photos" / name / f"{number}.{'jpg' if number % 3 else 'png'}")
    (folder / "model.txt").write_text(MODEL, encoding="utf-8")
    done = inside("compile-and-train", "model.txt", "--processes", 1, "--out", "run", cwd=folder)
    assert done.code == 0, done.err
    return folder


@pytest.mark.parametrize("given", [(), ("--fold", "2/4")], ids=["drawn", "folded"])
def test_a_run_on_them_is_scored_again_as_it_was(folder: Path, tmp_path: Path, given: tuple[str, ...]) -> None:
    if given:
        run = tmp_path / "run"
        assert inside("compile-and-train", "model.txt", *given, "--processes", 1, "--out", run, cwd=folder).code == 0
    else:
        run = folder / "run"
    for split, table in (("test", "test.csv"), ("valid", "history.csv")):
        done = inside("evaluate", run, "--split", split, "--json")
        assert (done.code, done.err) == (0, "")
        rows = list(csv.DictReader((run / table).read_text().splitlines()))
        (row,) = rows if split == "test" else [row for row in rows if row["best"] == "1"]
        metrics = json.loads(done.out)["metrics"]
        assert (metrics["loss"], metrics["accuracy"]) == (float(row[f"{split}_loss"]), float(row[f"{split}_accuracy"]))


def test_a_folder_is_scored_whole_its_classes_told_by_name(folder: Path, tmp_path: Path) -> None:
    done = inside("evaluate", "run", "--data", "photos", "--split", "train", "--json", cwd=folder)
    found = json.loads(done.out)
    assert (done.code, found["images"]) == (0, 40)
    assert found["metrics"]["accuracy"] == 1
    assert [own["class"] for own in found["classes"]] == ["dark", "light"]
    done = inside("evaluate", "run", "--data", "photos", cwd=folder)
    assert (done.code, "photos has no test part of its own" in done.err) == (2, True)
    assert "hint: --split train; " in done.err
    (folder / "photos").rename(folder / "other")
    try:
        done = inside("evaluate", "run", cwd=folder)
        assert (done.code, done.out) == (3, "")
        assert "photos" in done.err
    finally:
        (folder / "other").rename(folder / "photos")
    for name in ("emu", "yak"):
        (tmp_path / "else" / name).mkdir(parents=True)
        Image.new("RGB", (12, 12)).save(tmp_path / "else" / name / "1.png")
    done = inside("evaluate", "run", "--data", tmp_path / "else", "--split", "train", cwd=folder)
    assert (done.code, "error D501: else has classes" in done.err) == (2, True)


def test_pictures_are_told_apart(folder: Path) -> None:
    done = inside("predict", "run", "photos/dark", "--top", 1, "--csv", cwd=folder)
    rows = list(csv.DictReader(done.out.splitlines()))
    assert (done.code, len(rows)) == (0, 20)
    assert {row["class_1"] for row in rows} == {"dark"}

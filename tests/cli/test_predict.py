"""``cnndsl predict``: pictures from files and folders, as training would have seen them; bad ones are named."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnndsl.data import load, make_splits
from cnndsl.training.saved import load_saved
from cnndsl.training.trained import load_trained
from tests.cli.inside import inside

pytest_plugins = ["tests.cli.three_runs"]


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder with five test images of MNIST as PNG files, one of them in a folder of its own, and a text."""
    images = load("mnist").test.images
    (tmp_path / "more").mkdir()
    for number in range(5):
        name = "more/4.PNG" if number == 4 else f"{number}.png"
        Image.fromarray(images[number * 90, 0]).save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("not a picture")
    return tmp_path


def test_a_folder_is_predicted_as_the_network_in_training_would(three_runs: Path, pictures: Path) -> None:
    done = inside("predict", three_runs / "runs/first", pictures, "--json", "--top", 10)
    assert (done.code, done.err) == (0, "")
    found = json.loads(done.out)
    assert [Path(each["image"]).name for each in found] == ["0.png", "1.png", "2.png", "3.png", "4.PNG"]
    splits = make_splits(load("mnist"), train=60, valid=20, test=500, seed=3)
    trained, saved = load_trained(three_runs / "runs/first"), load_saved(three_runs / "runs/first")
    expected = trained.program.predict(saved.params, saved.state, splits.test.images[[0, 90, 180, 270, 360]])
    for each, shares in zip(found, expected, strict=True):
        by_class = {own["class"]: own["probability"] for own in each["classes"]}
        np.testing.assert_array_equal([np.float32(by_class[str(number)]) for number in range(10)], shares)
        assert list(by_class.values()) == sorted(by_class.values(), reverse=True)


def test_the_table_and_the_csv_name_as_many_classes_as_asked(three_runs: Path, pictures: Path) -> None:
    done = inside("predict", "runs/first", pictures / "0.png", pictures / "more", "--top", 2, cwd=three_runs)
    head, *rows = done.out.splitlines()
    assert head.split() == ["image", "most", "probable"]
    assert [row.split()[0] for row in rows] == [str(pictures / "0.png"), str(pictures / "more" / "4.PNG")]
    assert [len(row.split()) for row in rows] == [5, 5]
    done = inside("predict", "runs/first", pictures / "0.png", "--csv", "--top", 99, cwd=three_runs)
    (row,) = csv.DictReader(done.out.splitlines())
    assert float(row["probability_1"]) >= float(row["probability_10"]) > 0
    assert sum(float(row[f"probability_{place}"]) for place in range(1, 11)) == pytest.approx(1)


def test_a_bad_picture_is_named_and_can_be_left_out(three_runs: Path, pictures: Path) -> None:
    (pictures / "1.png").write_bytes(b"\x89PNG\r\n\x1a\n cut")
    done = inside("predict", "runs/first", pictures, cwd=three_runs)
    assert (done.code, done.out) == (3, "")
    assert "1.png" in done.err
    assert "error D510" in done.err
    done = inside("predict", "runs/first", pictures, "--skip-bad", "--json", cwd=three_runs)
    assert done.code == 0
    assert "left out: error D510" in done.err
    assert len(json.loads(done.out)) == 4
    done = inside("predict", "runs/first", pictures / "1.png", "--skip-bad", cwd=three_runs)
    assert (done.code, "none of the pictures can be read" in done.err) == (3, True)


def test_what_is_not_there_is_named(three_runs: Path, tmp_path: Path) -> None:
    done = inside("predict", "runs/first", tmp_path, cwd=three_runs)
    assert (done.code, "holds no pictures" in done.err) == (3, True)
    done = inside("predict", "runs/first", tmp_path / "no.png", cwd=three_runs)
    assert (done.code, "error D503" in done.err) == (3, True)
    assert inside("predict", "runs/first", cwd=three_runs).code == 2
    assert inside("predict", "runs/first", "x.png", "--csv", "--json", cwd=three_runs).code == 2


def test_a_network_without_softmax_gives_shares_too(tmp_path: Path) -> None:
    (tmp_path / "m.txt").write_text("Pool 4\nFlatten\nFC 10\ntrain { seed = 1; loss = hinge(margin=0.5) }\n")
    sizes = ("--train", 20, "--valid", 10, "--test", 10, "--epochs", 1, "--processes", 1)
    assert inside("compile-and-train", "m.txt", *sizes, "--out", "run", cwd=tmp_path).code == 0
    trained = load_trained(tmp_path / "run")
    pixels = load("mnist").test.images[:7]
    shares, scores = trained.probabilities(pixels), trained.scores(pixels)
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_array_equal(shares.argsort(axis=1), scores.argsort(axis=1))
    done = inside("evaluate", "run", "--json", cwd=tmp_path)
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert json.loads(done.out)["metrics"]["loss"] == manifest["test"]["loss"]

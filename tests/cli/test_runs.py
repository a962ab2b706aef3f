"""``cnndsl runs`` and ``cnndsl compare``: what a folder of runs holds, and what makes them differ."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cnndsl.report.sparkline import sparkline
from tests.cli.inside import inside
from tests.cli.test_sweep import MODEL as SWEEP

pytest_plugins = ["tests.cli.three_runs"]


def test_runs_are_listed_best_first_by_any_of_their_numbers(three_runs: Path) -> None:
    done = inside("runs", "runs", cwd=three_runs)
    assert (done.code, done.err) == (0, "")
    head, *rows = done.out.splitlines()
    assert head.split()[:6] == ["run", "model", "data", "parameters", "epochs", "best"]
    assert {row.split()[0] for row in rows} == {"first", "deep/legacy", "deep/wider"}
    for number, sign in (("valid.macro_f1", -1), ("test.top_3", -1), ("valid.loss", 1), ("parameters", 1)):
        done = inside("runs", "runs", "--sort", number, "--json", cwd=three_runs)
        values = [sign * run[number] for run in json.loads(done.out)]
        assert values == sorted(values)
    assert " test top 3 " in inside("runs", "runs", "--sort", "test.top_3", cwd=three_runs).out


def test_a_run_that_is_cut_off_or_damaged_is_listed_as_that(three_runs: Path, tmp_path: Path) -> None:
    shutil.copytree(three_runs / "runs", tmp_path / "runs")
    (tmp_path / "runs/deep/legacy/manifest.json").unlink()
    (tmp_path / "runs/deep/wider/best.safetensors").write_bytes(b"")
    done = inside("runs", tmp_path / "runs")
    assert done.code == 0
    listed = {line.split()[0]: line for line in done.out.splitlines()}
    assert listed["deep/legacy"].endswith("not finished")
    assert "D510: " in listed["deep/wider"]
    assert done.out.splitlines()[-1] == listed["deep/wider"]
    objects = {run["run"]: run for run in json.loads(inside("runs", tmp_path / "runs", "--json").out)}
    assert objects["deep/legacy"]["finished"] is False
    assert "error" in objects["deep/wider"]


def test_the_runs_of_a_sweep_are_in_its_folder(tmp_path: Path) -> None:
    asked = SWEEP.replace("epochs = 1;", "epochs = 1; metrics = [top_2]; select = best(valid.top_2);")
    (tmp_path / "model.txt").write_text(asked.replace("[1e-2, 1e-3]", "[1e-2]"), encoding="utf-8")
    assert inside("sweep", "model.txt", "--run", "--processes", 1, cwd=tmp_path).code == 0
    table = list(csv.DictReader((tmp_path / "outputdir" / "sweep.csv").read_text().splitlines()))
    assert float(table[0]["valid_top_2"]) >= float(table[1]["valid_top_2"]) > 0
    assert [row["test_top_2"] == "" for row in table] == [False, False, True]
    assert None not in table[0]
    rows = inside("runs", "outputdir", cwd=tmp_path).out.splitlines()[1:]
    assert sorted(row.split()[0][:3] for row in rows) == ["001", "002"]


def test_a_folder_without_runs_and_a_number_that_is_none_are_named(tmp_path: Path) -> None:
    done = inside("runs", tmp_path)
    assert (done.code, "holds no runs" in done.err) == (3, True)
    done = inside("runs", tmp_path / "nowhere")
    assert (done.code, "there is no such folder" in done.err) == (3, True)
    done = inside("runs", tmp_path, "--sort", "valid.macrof1")
    assert (done.code, "did you mean valid.macro_f1?" in done.err) == (2, True)


def test_runs_are_compared_by_what_they_were_told_and_by_their_networks(three_runs: Path) -> None:
    done = inside("compare", "runs/first", "runs/deep/wider", cwd=three_runs)
    assert (done.code, done.err) == (0, "")
    lines = {line.split()[0]: line.split()[1:] for line in done.out.splitlines() if line}
    assert lines["epochs"] == ["2", "3"]
    assert lines["seed"] == ["3", "4"]
    assert lines["file"] == ["model.txt", "wide.txt"]
    assert "batch" not in lines
    assert "valid loss by epoch, from " in done.out
    assert "runs/first -> runs/deep/wider: 2 layers differ" in done.out
    assert "FC 30" in done.out
    assert done.out.isascii()


def test_equal_runs_differ_in_nothing(three_runs: Path) -> None:
    done = inside("compare", "runs/first", "runs/deep/legacy", "--json", cwd=three_runs)
    document = json.loads(done.out)
    assert document["settings"] == {}
    assert document["networks"] == [{"run": "runs/deep/legacy", "difference": ""}]
    first, legacy = (run["history"] for run in document["runs"])
    for own, other in zip(first, legacy, strict=True):
        assert own["valid_accuracy"] == other["valid_accuracy"]
        assert own["valid_loss"] == pytest.approx(other["valid_loss"])
    assert "no setting differs\n\none network" in inside("compare", *["runs/first"] * 2, cwd=three_runs).out


def test_the_curves_are_drawn_over_each_other(three_runs: Path, tmp_path: Path) -> None:
    runs = ("runs/first", "runs/deep/wider", "runs/deep/legacy")
    done = inside("compare", *runs, "--metric", "top_3", "-o", tmp_path / "curves.png", cwd=three_runs)
    assert (done.code, done.err) == (0, f"written: {tmp_path / 'curves.png'}\n")
    with Image.open(tmp_path / "curves.png") as picture:
        assert len(picture.convert("RGB").getcolors(1 << 20) or ()) > 50
    contents = []
    for name in ("a.svg", "b.svg"):
        assert inside("compare", *runs, "-o", tmp_path / name, cwd=three_runs).code == 0
        contents.append((tmp_path / name).read_bytes())
    assert contents[0] == contents[1]
    assert b"<svg" in contents[0]


def test_what_cannot_be_compared_is_refused(three_runs: Path) -> None:
    assert inside("compare", "runs/first", cwd=three_runs).code == 2
    assert inside("compare", "runs/first", "runs/first", "-o", "x.jpg", cwd=three_runs).code == 2
    done = inside("compare", "runs/first", "runs/first", "--metric", "top_5", cwd=three_runs)
    assert (done.code, "none of the runs has measured `top_5`" in done.err) == (2, True)
    assert inside("compare", "runs/first", "runs/nowhere", cwd=three_runs).code == 3


@given(st.lists(st.floats(0, 1), min_size=1, max_size=200), st.booleans())
def test_a_sparkline_rises_where_its_values_do(values: list[float], plain: bool) -> None:  # noqa: FBT001 - drawn
    line = sparkline(sorted(values), 0, 1, plain=plain)
    marks = "._-=+*%@" if plain else "▁▂▃▄▅▆▇█"
    heights = [marks.index(mark) for mark in line]
    assert heights == sorted(heights)
    assert len(line) == min(len(values), 60)


def test_a_sparkline_marks_what_is_no_number() -> None:
    assert sparkline([0.5, float("nan"), 0.5], 0.5, 0.5, plain=True) == "+?+"

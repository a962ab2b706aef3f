"""``cnndsl sweep``: the table of cells, which of them are refused, and what a run of the others leaves."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.cli.command import Done, cnndsl

MODEL = """let w = 8
data { train = 60; valid = 20; test = 20 }
Pool 4
Flatten
FC $w
ReLU
FC 10
Softmax
train { epochs = 1; seed = 7 }
require { params < 1_000 }
sweep {
  w = [4, 8, 64]
  train.optimizer.lr = [1e-2, 1e-3]
}
"""

DIVERGING = """Pool 4; Flatten; FC 200; ReLU; FC 200; ReLU; FC 10
data { train = 60; valid = 20; test = 20 }
train { epochs = 30; batch = 5; seed = 1 }
sweep { train.optimizer = [sgd(lr=10), adam] }
"""


def sweep(folder: Path, *given: object, model: str = MODEL) -> Done:
    (folder / "model.txt").write_text(model, encoding="utf-8")
    return cnndsl("sweep", "model.txt", *given, cwd=folder)


def test_every_cell_is_listed_with_what_it_is(tmp_path: Path) -> None:
    done = sweep(tmp_path)
    assert (done.code, done.err) == (0, "")
    head, *cells = (line.split() for line in done.out.splitlines())
    assert head == ["w", "train.optimizer.lr", "parameters", "MACs"]
    assert [cell[:2] for cell in cells] == [[w, lr] for w in ("4", "8", "64") for lr in ("0.01", "0.001")]
    assert [cell[2] for cell in cells] == ["250", "250", "490", "490", "3,850", "3,850"]
    assert [cell[4] for cell in cells] == ["holds"] * 4 + ["refused:"] * 2
    assert "refused: `params < 1000` fails: it is 3,850" in done.out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.txt"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done]:
    folder = tmp_path_factory.mktemp("sweep")
    return folder, sweep(folder, "--run", "--processes", 1, "--out", "results", "--set", "w=4")


def test_a_run_trains_each_cell_into_a_folder_of_its_own(run: tuple[Path, Done]) -> None:
    folder, done = run
    assert done.code == 0
    assert done.err.startswith("not swept: `w`, which `--set w=4` sets\n")
    names = sorted(path.name for path in (folder / "results").iterdir())
    assert names == ["001_train.optimizer.lr=0.01", "002_train.optimizer.lr=0.001", "sweep.csv"]
    for name, lr in zip(names, (0.01, 0.001), strict=False):
        manifest = json.loads((folder / "results" / name / "manifest.json").read_text())
        assert (manifest["settings"]["lr"], manifest["settings"]["variables"]) == (lr, {"w": "4"})
        assert manifest["model"]["parameters"] == 250


def test_the_results_come_best_first_on_the_screen_and_in_the_table(run: tuple[Path, Done]) -> None:
    folder, done = run
    rows = list(csv.DictReader((folder / "results" / "sweep.csv").read_text().splitlines()))
    scores = [float(row["valid_macro_f1"]) for row in rows]
    assert scores == sorted(scores, reverse=True)
    assert {row["status"] for row in rows} == {"done"}
    printed = done.out.split("\n\n")[1].splitlines()
    assert printed[0].split() == [
        "train.optimizer.lr",
        "parameters",
        *["best", "epoch", "valid", "F1", "test", "F1", "test", "accuracy"],
    ]
    assert [line.split()[0] for line in printed[1:3]] == [row["train.optimizer.lr"] for row in rows]
    assert printed[-1] == f"written: {Path('results', 'sweep.csv')}"


def test_a_cell_that_diverges_does_not_end_the_sweep_and_is_exit_6(tmp_path: Path) -> None:
    model = DIVERGING
    done = sweep(tmp_path, "--run", "--processes", 1, model=model)
    assert done.code == 6
    rows = list(csv.DictReader((tmp_path / "outputdir" / "sweep.csv").read_text().splitlines()))
    assert [(row["cell"], row["status"] == "done") for row in rows] == [("2", True), ("1", False)]
    assert "the loss became" in rows[1]["status"]
    assert rows[1]["status"] in done.out


def test_a_sweep_without_a_cell_that_holds_is_exit_1(tmp_path: Path) -> None:
    done = sweep(tmp_path, "--run", model=MODEL.replace("1_000", "10"))
    assert done.code == 1
    assert "none of the 6 cells can be trained" in done.err
    assert not (tmp_path / "outputdir").exists()


def test_a_file_without_a_sweep_is_exit_2(tmp_path: Path) -> None:
    done = sweep(tmp_path, model="FC 10\n")
    assert (done.code, done.out) == (2, "")
    assert "model.txt: there is nothing to sweep" in done.err
    assert "such as `sweep { train.batch = [32, 64] }`" in done.err


def test_a_cell_whose_layers_do_not_fit_is_named_and_the_others_stand(tmp_path: Path) -> None:
    done = sweep(tmp_path, model="let k = 3\nConv 4 $k\nFlatten\nFC 10\nsweep { k = [3, 99] }\n")
    assert done.code == 0
    assert "holds" in done.out
    assert "error S201: Conv kernel 99x99 does not fit its 28x28 input" in done.out


def test_the_example_of_the_language_has_the_cells_that_it_says(shared: Path) -> None:
    done = cnndsl("sweep", shared / "examples" / "mnist-20k.txt")
    assert done.code == 0
    refused = [line for line in done.out.splitlines() if "refused: `params < 20_000` fails: it is 27,450" in line]
    assert [line.split()[:2] for line in refused] == [["16", "32"], ["16", "64"]]
    assert done.out.count("holds") == 4

"""``compile-and-train`` on a file that says how it is to be trained; options beat the file."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import click
import pytest

from cnndsl.cli.train import compile_and_train
from cnndsl.settings import Settings
from cnndsl.training.weights import read_header
from tests.cli.command import ROOT, Done, cnndsl

MODEL = """Pool 4
Flatten
FC 10
data { train = 60; valid = 20; test = 20; balance = false }
train {
  epochs = 2
  batch = 30
  optimizer = sgd(lr=0.05, momentum=0.8)
  seed = 3
}
"""
EVERYTHING = """body: repeat 2 {
  Conv 4 3 pad=same bias=false
  BatchNorm
  ReLU
}
GlobalAvgPool
head: FC 10
data { train = 60; valid = 0.002; test = 20; balance = false; scale = unit }
train {
  loss = cross_entropy(label_smoothing=0.1, weights=[1, 2, 1, 1, 1, 1, 1, 1, 1, 2])
  optimizer = adamw(lr=0.01, weight_decay=0.1)
  schedule = onecycle(peak=0.5)
  batch = 8
  accumulate = 3
  drop_last = true
  epochs = 9
  clip = norm(0.5)
  paths = [frozen("body/0/*"), lr("head/*", 0.5)]
  ema = 0.5
  init = orthogonal
  select = best(valid.loss)
  stop = patience(valid.accuracy, epochs=1)
  seed = 3
}
"""


def train(folder: Path, model: str, *given: object) -> Done:
    (folder / "model.txt").write_text(model, encoding="utf-8")
    return cnndsl("compile-and-train", "model.txt", "--processes", 1, *given, cwd=folder)


def settings(folder: Path) -> dict[str, Any]:
    manifest = json.loads((folder / "outputdir" / "manifest.json").read_text())
    found: dict[str, Any] = manifest["settings"]
    return found


def test_the_file_says_how_it_is_trained(tmp_path: Path) -> None:
    done = train(tmp_path, MODEL)
    assert done.code == 0
    found = settings(tmp_path)
    assert (
        found.items()
        >= {
            "train": 60,
            "valid": 20,
            "test": 20,
            "batch": 30,
            "epochs": 2,
            "lr": 0.05,
            "optimizer": "sgd",
            "constants": {"momentum": 0.8, "weight_decay": 0.0},
            "balance": False,
            "seed": 3,
            "processes": 1,
            "variables": {},
            "augment": [],
        }.items()
    )
    assert "mnist: 60 / 20 / 20 images" in done.err


def test_options_beat_the_file(tmp_path: Path) -> None:
    text = f"let w = 3\n{MODEL.replace('FC 10', 'FC $w' + chr(10) + 'FC 10')}"
    # 32 is the default too: typed, it beats the file all the same.
    given = ("--epochs", 1, "--lr", 0.5, "--test", 10, "--batch", 32, "--set", "train.seed=9", "--set", "w=5")
    assert train(tmp_path, text, *given).code == 0
    found = settings(tmp_path)
    assert (found["epochs"], found["lr"], found["test"], found["batch"], found["seed"]) == (1, 0.5, 10, 32, 9)
    assert (found["optimizer"], found["constants"], found["train"]) == (
        "sgd",
        {"momentum": 0.8, "weight_decay": 0.0},
        60,
    )
    assert read_header(tmp_path / "outputdir" / "best.safetensors")["variables"] == {"w": "5"}


def test_without_a_seed_one_is_drawn_and_written_down(tmp_path: Path) -> None:
    text = MODEL.replace("  seed = 3\n", "").replace("epochs = 2", "epochs = 1")
    seeds = set()
    for _ in range(2):
        done = train(tmp_path, text)
        assert done.code == 0
        assert "warning C405: no seed" in done.err
        seeds.add(settings(tmp_path)["seed"])
    assert len(seeds) == 2


def test_a_file_may_say_everything_at_once(tmp_path: Path) -> None:
    model = EVERYTHING.replace("valid = 0.002", "valid = 20")
    done = train(tmp_path, model)
    assert (done.code, "Traceback" in done.err) == (0, False), done.err
    found = settings(tmp_path)
    assert found["paths"] == '[frozen("body/0/*"), lr("head/*", 0.5)]'
    assert found["schedule"] == "onecycle(peak=0.5, start=25.0, end=10000.0)"
    rows = (tmp_path / "outputdir" / "history.csv").read_text().splitlines()[1:]
    losses = [float(row.split(",")[2]) for row in rows]
    best = [int(row.rpartition(",")[2]) for row in rows]
    assert losses[best.index(1)] == min(losses)
    assert len(rows) < 9
    assert f"stopped after epoch {len(rows)} of 9: valid.accuracy was not better than its best" in done.err


def test_the_residual_example_trains_on_the_real_images(tmp_path: Path, shared: Path) -> None:
    data = ("--data", "cifar10", "--data-dir", shared / "data" / "cifar10", "--train", 40, "--valid", 10, "--test", 10)
    asked = ("--epochs", 1, "--optimizer", "adamw", "--set", "train.schedule=cosine", "--set", "w=4", "--out", tmp_path)
    done = cnndsl("compile-and-train", ROOT / "examples" / "resnet8-cifar.txt", *data, *asked)
    assert (done.code, "Traceback" in done.err) == (0, False), done.err
    assert "best epoch 1" in done.out


def test_a_fraction_is_of_the_official_images(tmp_path: Path, shared: Path) -> None:
    data = EVERYTHING.replace("balance = false", f'balance = false; dir = "{shared / "data" / "mnist"}"')
    done = train(tmp_path, data, "--epochs", 1)
    assert done.code == 0, done.err
    assert "mnist: 60 / 120 / 20 images" in done.err


def test_metrics_that_are_asked_for_are_measured_shown_and_decide(tmp_path: Path) -> None:
    asked = "metrics = [loss, top_3, weighted_f1]; select = best(valid.top_3); stop = patience(valid.top_2, 1)"
    done = train(tmp_path, MODEL.replace("  seed = 3", f"  seed = 3\n  {asked}").replace("epochs = 2", "epochs = 9"))
    assert done.code == 0, done.err
    table = list(csv.DictReader((tmp_path / "outputdir" / "history.csv").read_text().splitlines()))
    scores = ["valid_loss", "valid_top_3", "valid_weighted_f1", "valid_top_2"]
    assert list(table[0]) == ["epoch", "train_loss", *scores, "best"]
    assert re.search(r"valid: loss [\d.]+  top 3 [\d.]+  weighted F1 [\d.]+  top 2 [\d.]+\n", done.err)
    assert len(table) < 9
    assert float(table[-1]["valid_top_2"]) <= max(float(row["valid_top_2"]) for row in table[:-1])
    (best,) = [row for row in table if row["best"] == "1"]
    assert float(best["valid_top_3"]) == max(float(row["valid_top_3"]) for row in table)
    header = read_header(tmp_path / "outputdir" / "best.safetensors")
    assert header["valid"]["top_3"] == float(best["valid_top_3"])


def test_a_claim_that_fails_is_exit_1_before_anything_is_done(tmp_path: Path) -> None:
    done = train(tmp_path, f"{MODEL}require {{ params < 5; epochs < 3 }}\n", "--epochs", 4)
    assert (done.code, done.out) == (1, "")
    assert "error Q701: claim `params < 5` fails" in done.err
    assert "error Q702: claim `epochs < 3` fails: it is 4" in done.err
    assert "set by `--epochs`" in done.err
    assert not (tmp_path / "outputdir").exists()


def test_a_wrong_change_is_exit_2(tmp_path: Path) -> None:
    done = train(tmp_path, MODEL, "--set", "train.epoch=3")
    assert (done.code, done.out) == (2, "")
    assert "did you mean `train.epochs`?" in done.err


def test_an_option_and_a_change_of_the_same_setting_are_exit_2(tmp_path: Path) -> None:
    done = train(tmp_path, MODEL, "--set", "train.epochs=3", "--epochs", 4)
    assert (done.code, done.out) == (2, "")
    assert "error C402: `train.epochs` is set twice" in done.err


def test_the_data_that_the_file_names_decide_the_shape(tmp_path: Path) -> None:
    done = train(tmp_path, "input 1x28x28\nFlatten\nFC 10\ndata { name = cifar10 }\n")
    assert done.code == 1
    assert "error D509" in done.err


def test_a_folder_that_the_file_names_is_seen_from_the_file(tmp_path: Path) -> None:
    below = tmp_path / "models"
    below.mkdir()
    (below / "model.txt").write_text(MODEL.replace("balance = false", 'dir = "mnist"'))
    done = cnndsl("compile-and-train", Path("models", "model.txt"), cwd=tmp_path)
    assert done.code == 3
    assert str(Path("models", "mnist")) in done.err


@pytest.mark.parametrize("option", [given for given in compile_and_train.params if isinstance(given, click.Option)])
def test_the_defaults_in_the_help_are_those_that_hold(option: click.Option) -> None:
    chosen = Settings()
    held = {
        "data": chosen.data.name,
        "train": chosen.data.train,
        "valid": chosen.data.valid,
        "test": chosen.data.test,
        "batch": chosen.train.batch,
        "epochs": chosen.train.epochs,
        "lr": chosen.train.optimizer.lr,
        "optimizer": type(chosen.train.optimizer).__name__.lower(),
        "seed": chosen.train.seed,
    }
    assert option.default == held.get(option.name or "", option.default)

"""``cnndsl config``: the table of what is in force, for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command import SEED, Done, cnndsl

MODEL = """let w = 8
Conv $w 3
Flatten
FC 10
train {
  batch = 64
  optimizer = sgd(lr=0.1)
  seed = 7
}
require { params < 200_000 }
sweep { train.batch = [32, 64] }
"""


def config(folder: Path, *given: str, model: str = MODEL) -> Done:
    (folder / "model.txt").write_text(model, encoding="utf-8")
    return cnndsl("config", "model.txt", *given, cwd=folder)


def rows(done: Done) -> dict[str, tuple[str, str]]:
    """Value and origin by name."""
    split = [[part.strip() for part in line.split("  ") if part.strip()] for line in done.out.splitlines()]
    return {name: (value, origin) for name, value, origin in split}


def test_every_setting_is_listed_with_its_origin(tmp_path: Path) -> None:
    done = config(tmp_path)
    assert (done.code, done.err) == (0, "")
    found = rows(done)
    assert found["let w"] == ("8", "model.txt:1")
    assert found["train.batch"] == ("64", "model.txt:6")
    assert found["train.optimizer"] == ("sgd(lr=0.1, momentum=0.0, weight_decay=0.0)", "model.txt:7")
    assert found["train.epochs"] == ("10", "default")
    assert found["data.name"] == ("mnist", "default")
    assert found["require"] == ("params < 200_000", "model.txt:10")
    assert found["sweep.train.batch"] == ("[32, 64]", "model.txt:11")


def test_the_origins_stand_in_one_column(tmp_path: Path) -> None:
    lines = config(tmp_path).out.splitlines()
    assert len({line.rindex("  ") for line in lines}) == 1


def test_the_command_line_beats_the_file(tmp_path: Path) -> None:
    found = rows(config(tmp_path, "--set", "w=16", "--set", "train.epochs=3", "--set", "train.optimizer.lr=0.5"))
    assert found["let w"] == ("16", "--set w=16")
    assert found["train.epochs"] == ("3", "--set train.epochs=3")
    assert found["train.optimizer"] == (
        "sgd(lr=0.5, momentum=0.0, weight_decay=0.0)",
        "model.txt:7, --set train.optimizer.lr=0.5",
    )


def test_a_file_without_sections_has_the_defaults() -> None:
    done = cnndsl("config", SEED)
    assert done.code == 0
    assert {origin for _, origin in rows(done).values()} == {"default"}


def test_the_same_as_json(tmp_path: Path) -> None:
    done = config(tmp_path, "--json", "--set", "train.batch=8")
    found = json.loads(done.out)
    assert (found["format"], found["file"]) == (1, "model.txt")
    assert {"section": "train", "key": "batch", "value": "8", "from": "--set train.batch=8"} in found["settings"]
    assert {"section": "require", "key": None, "value": "params < 200_000", "from": "model.txt:10"} in found["settings"]


def test_what_is_wrong_with_the_file_is_exit_1(tmp_path: Path) -> None:
    done = config(tmp_path, model="FC 10\ntrain { epoch = 3 }\n")
    assert (done.code, done.out) == (1, "")
    assert "model.txt:2:9: error C401: unknown key `epoch` in train" in done.err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("train.bacth=3", "--set:1:1: error C401: there is no variable or setting `train.bacth`"),
        ("train.batch", "--set:1:1: error P001: `train.batch` is not name=value"),
        ("train.batch=0", "--set:1:13: error C407: train.batch must be 1 or more, got 0"),
        ("v=3", "--set:1:1: error C401: there is no variable or setting `v`"),
        ("w=adam(1)", "error A106: variable w takes a number"),
    ],
)
def test_what_is_wrong_on_the_command_line_is_exit_2(text: str, words: str, tmp_path: Path) -> None:
    done = config(tmp_path, "--set", text)
    assert (done.code, done.out) == (2, "")
    assert words in done.err


def test_without_a_file_everything_that_may_be_said_is_listed() -> None:
    done = cnndsl("config")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert [line for line in lines if line and line[0] != " "] == ["data", "train", "augment", "require", "sweep"]
    assert "  batch = 32" in lines
    assert "      cosine(warmup=0.0, floor=0.0)" in lines
    assert "              the size of a step (a number in (0, inf))" in lines
    assert "  RandomCrop size" in lines
    assert cnndsl("config", "--json").code == 2


def test_a_file_that_is_not_there_is_exit_3(tmp_path: Path) -> None:
    assert cnndsl("config", "nothing.txt", cwd=tmp_path).code == 3


def test_the_example_of_the_language_is_read_whole(shared: Path) -> None:
    done = cnndsl("config", shared / "examples" / "mnist-20k.txt")
    assert (done.code, done.err) == (0, "")
    found = rows(done)
    assert found["train.stop"][0] == "patience(valid.loss, 3)"
    assert found["sweep.w"][0] == "[4, 8, 16]"

"""``cnndsl gradcheck``: what is printed, in which form, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cnndsl.gradcheck import mutate
from cnndsl.gradcheck.compare import Comparison
from cnndsl.gradcheck.network import Row
from cnndsl.gradcheck.text import rows_text, verdict
from tests.cli.command import SEED
from tests.cli.inside import inside

SMALL = "input 1x6x6\nConv 2 3 1 1\nReLU\nPool 2\nFlatten\nFC 3\nSoftmax\n"
FEW = ("--coordinates", 20)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    (tmp_path / "small.txt").write_text(SMALL)
    return tmp_path / "small.txt"


def row(*, checked: int = 3, left_out: int = 0, error: float = 1e-9) -> Row:
    return Row("Conv.0", "Conv", "", Comparison("W", 9, checked, left_out, error))


def test_a_right_network_has_a_table_and_ends_with_0(small: Path) -> None:
    done = inside("gradcheck", small, *FEW)
    assert (done.code, done.err) == (0, "")
    heading, _, head, *lines = done.out.splitlines()
    assert heading == f"{small}: 1x6x6: float64, 4 images, seed 0, tolerance 1e-5"
    assert head.split() == ["path", "gradient", "of", "by", "checked", "left", "out", "largest", "error", "verdict"]
    assert lines[0].split()[:6] == ["Conv.0", "Conv", "input", "20", "of", "144"]
    assert " coordinates: no error found\n" in done.out
    assert "sampled" in lines[-1]


def test_the_images_are_those_of_the_first_data_set_that_fits() -> None:
    assert ": mnist 1x28x28: " in inside("gradcheck", SEED, "--coordinates", 2).out
    assert ": 3x32x32: " in inside("gradcheck", SEED, "--coordinates", 2, "--input", "3x32x32").out


def test_json_has_the_same(small: Path) -> None:
    done = inside("gradcheck", small, *FEW, "--json", "--seed", 7, "--batch", 2, "--tolerance", 1e-4)
    document = json.loads(done.out)
    assert done.code == 0
    assert {name: document[name] for name in ("batch", "seed", "tolerance", "data")} == {
        "batch": 2,
        "seed": 7,
        "tolerance": 1e-4,
        "data": None,
    }
    first = document["gradients"][0]
    assert {name: first[name] for name in ("path", "of", "mode", "by", "coordinates", "checked", "verdict")} == {
        "path": "Conv.0",
        "of": "Conv",
        "mode": None,
        "by": "input",
        "coordinates": 72,
        "checked": 20,
        "verdict": "ok",
    }
    assert document["mistakes"] == []


def test_equal_seeds_print_the_same(small: Path) -> None:
    once, again, other = (inside("gradcheck", small, *FEW, "--seed", seed).out for seed in (1, 1, 2))
    assert once == again != other


def test_planted_mistakes_are_listed_with_what_saw_them(small: Path) -> None:
    done = inside("gradcheck", small, "--mutate")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert len(lines) == 2 + 1 + 12 + 2
    flipped = next(line for line in lines if line.startswith("the kernel is not flipped"))
    assert "Conv.0" in flipped
    assert "input: " in flipped
    assert "- no layer with statistics of the batch, where it would show" in done.out
    assert lines[-1] == "9 of 9 planted mistakes were seen; 3 do not apply"


def test_planted_mistakes_as_json(small: Path) -> None:
    document = json.loads(inside("gradcheck", small, "--mutate", "--json").out)
    by_name = {entry["mistake"]: entry for entry in document["mistakes"]}
    bias = by_name["the bias has no gradient"]
    assert (bias["path"], bias["missing"], bias["seen_by_layer"]["verdict"]) == ("Conv.0", None, "wrong")
    assert by_name["the mask is drawn again on the way back"]["path"] is None
    assert document["gradients"] == []


def test_a_mistake_that_nothing_sees_ends_with_1(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutate, "check_call", lambda *_: iter(()))
    monkeypatch.setattr(mutate, "check_whole", lambda *_: iter(()))
    done = inside("gradcheck", small, "--mutate")
    assert done.code == 1
    assert "unseen: the kernel is not flipped" in done.out


@pytest.mark.parametrize(
    ("wrong", "text"),
    [(row(error=0.5), "WRONG: Conv.0 W"), (row(checked=0, left_out=9, error=0), "unclear, every coordinate")],
)
def test_what_is_wrong_or_unclear_ends_with_1(
    small: Path, monkeypatch: pytest.MonkeyPatch, wrong: Row, text: str
) -> None:
    monkeypatch.setattr("cnndsl.gradcheck.network.check_network", lambda *_: iter((row(), wrong)))
    done = inside("gradcheck", small)
    assert done.code == 1
    assert text in done.out


def test_verdicts() -> None:
    assert verdict(row(), 1e-5) == "ok"
    assert verdict(row(error=float("nan")), 1e-5) == "WRONG"
    assert verdict(row(checked=0, left_out=9), 1e-5) == "unclear"


def test_of_many_wrong_rows_some_are_named() -> None:
    assert rows_text([row(error=1.0)] * 7, 1e-5).splitlines()[-2].endswith("Conv.0 W and 2 more")


def test_a_wrong_file_is_reported_as_check_does(tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_text("input 1x4x4\nConv 2 9\n")
    done = inside("gradcheck", tmp_path / "bad.txt")
    assert (done.code, done.out) == (1, "")
    assert ":2:1: error S201: " in done.err


@pytest.mark.parametrize("given", [("--batch", 0), ("--tolerance", 0), ("--tolerance", 1), ("--coordinates", 0)])
def test_options_out_of_range_are_refused(small: Path, given: tuple[object, ...]) -> None:
    assert inside("gradcheck", small, *given).code == 2


@pytest.mark.parametrize("loss", ["mse", "hinge", "focal"])
def test_the_loss_is_the_one_that_the_file_trains_on(tmp_path: Path, loss: str) -> None:
    texts = {name: f"train {{ loss = {name} }}\ninput 1x6x6\nFlatten\nFC 3\n" for name in (loss, "cross_entropy")}
    errors = []
    for name, text in texts.items():
        (tmp_path / f"{name}.txt").write_text(text)
        done = inside("gradcheck", tmp_path / f"{name}.txt", "--json")
        assert done.code == 0, done.out
        errors.append([entry["error"] for entry in json.loads(done.out)["gradients"] if entry["of"] == "loss"])
    assert errors[0] != errors[1]

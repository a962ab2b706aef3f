"""The log: whole lines while a run lasts, and no reason to stop when it cannot be written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from cnndsl.compiler import Program
from cnndsl.data import Splits
from cnndsl.errors import OutputError
from cnndsl.training import EpochDone, Settings, compile_and_train, keeper
from cnndsl.training.checkpoint import newest
from cnndsl.training.log import opened


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]


def test_a_run_can_be_followed_while_it_lasts(
    program: Program, splits: Splits, quick: Settings, tmp_path: Path
) -> None:
    seen: list[list[str]] = []

    def look(event: object) -> None:
        if isinstance(event, EpochDone):
            seen.append([line["event"] for line in lines(tmp_path)])

    compile_and_train(program, splits, quick, tmp_path, on_event=look)
    assert seen == [["start", "steps", "epoch"], ["start", "steps", "epoch", "steps", "epoch"]]
    start, steps, epoch, *_, end = lines(tmp_path)
    assert (start["epochs"], start["steps_per_epoch"]) == (2, 10)
    assert (steps["epoch"], steps["step"], steps["done"], steps["lr"]) == (1, 10, 10, 0.02)
    assert steps["loss"] == pytest.approx(epoch["train_loss"])
    assert set(epoch["valid"]) >= {"loss", "accuracy", "macro_f1"}
    assert end["event"] == "end"
    assert all(line["time"] > 0 for line in lines(tmp_path))


def test_a_run_that_goes_on_adds_to_its_log(program: Program, splits: Splits, quick: Settings, tmp_path: Path) -> None:
    compile_and_train(program, splits, quick, tmp_path)
    before = (tmp_path / "events.jsonl").read_bytes()
    (tmp_path / "events.jsonl").write_bytes(before + b'{"event": "ste')  # as when the power failed
    path, _ = newest(tmp_path)
    compile_and_train(program, splits, evolve(quick, epochs=3), tmp_path, resume=path)
    assert (tmp_path / "events.jsonl").read_bytes().startswith(before)
    again = [line for line in lines(tmp_path) if line["event"] == "start"]
    assert [(line["epoch"], line["step"]) for line in again] == [(1, 0), (3, 0)]
    compile_and_train(program, splits, evolve(quick, epochs=1), tmp_path)
    assert len([line for line in lines(tmp_path) if line["event"] == "start"]) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_disk_that_is_full_is_said_once_and_training_goes_on(
    program: Program, splits: Splits, quick: Settings, tmp_path: Path
) -> None:
    (tmp_path / "events.jsonl").symlink_to("/dev/full")
    said: list[Any] = []
    compile_and_train(program, splits, quick, tmp_path, on_event=said.append)
    (remark,) = [event for event in said if hasattr(event, "code")]
    assert (remark.severity, remark.code) == ("warning", "T610")
    assert "No space left on device; training goes on without it" in remark.message
    assert (tmp_path / "manifest.json").exists()


def test_a_history_that_cannot_be_written_is_said_once_and_written_at_the_end(
    program: Program, splits: Splits, quick: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, said, failures = keeper.write_durably, [], []

    def fail(path: Path, data: bytes) -> None:
        if len(failures) < quick.epochs:
            failures.append(path.name)
            raise OutputError(f"cannot write {path}: No space left on device")
        write(path, data)

    monkeypatch.setattr(keeper, "write_durably", fail)
    compile_and_train(program, splits, quick, tmp_path, on_event=said.append)
    assert failures == ["history.csv"] * quick.epochs
    (remark,) = [event for event in said if hasattr(event, "code")]
    assert (remark.code, "history.csv" in remark.message) == ("T610", True)
    assert len((tmp_path / "history.csv").read_text().splitlines()) == 1 + quick.epochs


def test_curves_for_tensorboard_are_written_where_asked_for(
    program: Program, splits: Splits, quick: Settings, tmp_path: Path
) -> None:
    pytest.importorskip("tensorboardX")
    compile_and_train(program, splits, quick, tmp_path, tensorboard=True)
    (file,) = (tmp_path / "tensorboard").iterdir()
    data = file.read_bytes()
    for curve in (b"step/loss", b"step/lr", b"epoch/train_loss", b"epoch/valid_macro_f1"):
        assert curve in data


def test_a_log_without_a_line_makes_no_file(tmp_path: Path) -> None:
    with opened(tmp_path, anew=True, tensorboard=False, on_remark=lambda _remark: None):
        pass
    assert not list(tmp_path.iterdir())

"""The whole job: what it writes, what it keeps when it ends early, and that the outside plays no part."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attrs import evolve

from cnndsl.compiler import Program, compile_model
from cnndsl.data import Splits
from cnndsl.errors import DivergedError, InputError, ModelError, OutputError
from cnndsl.training import EpochDone, Settings, StepDone, compile_and_train, train
from cnndsl.training import run as run_module
from cnndsl.training.weights import load_weights, read_header

FILES = [
    *("confusion.png", "curves.png", "events.jsonl", "findings.json"),
    *("history.csv", "manifest.json", "report.html", "test.csv"),
]
RESULTS = ["best.safetensors", "checkpoints", *FILES]
BEGUN = ["best.safetensors", "checkpoints", "events.jsonl", "history.csv"]
Event = StepDone | EpochDone


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a run but for its log, which is of the run that goes on."""
    return {str(path): path.read_bytes() for path in folder.rglob("*.*") if path.is_file() and path.suffix != ".jsonl"}


def interrupt_at(epoch: int, error: type[BaseException] = KeyboardInterrupt) -> Callable[[Event], None]:
    """Raise in the first step of an epoch."""

    def on_event(event: Event) -> None:
        if isinstance(event, StepDone) and event.epoch == epoch:
            raise error

    return on_event


def test_a_run_writes_its_results_and_nothing_else(
    program: Program, splits: Splits, quick: Settings, tmp_path: Path
) -> None:
    result = compile_and_train(program, splits, quick, tmp_path / "new" / "folder")
    assert names_in(tmp_path / "new" / "folder") == RESULTS
    assert sorted(path.name for path in result.files) == ["best.safetensors", *FILES]
    assert names_in(tmp_path / "new" / "folder" / "checkpoints") == [
        "00002-0000000.safetensors",
        "00003-0000000.safetensors",
    ]
    manifest = json.loads((tmp_path / "new" / "folder" / "manifest.json").read_text())
    assert manifest["best"]["epoch"] == result.best.epoch
    assert manifest["test"]["macro_f1"] == result.test.macro_f1
    assert manifest["data"]["images"] == {"train": 80, "valid": 24, "test": 24}


def test_the_saved_network_is_the_best_epochs(
    program: Program, splits: Splits, quick: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[EpochDone] = []

    def from_good_to_bad(*arguments: Any) -> Iterator[EpochDone]:
        """A training that unlearns."""
        epochs = [event for event in train(*arguments) if isinstance(event, EpochDone)]
        kept.extend(evolve(event, epoch=number) for number, event in enumerate(reversed(epochs), 1))
        yield from kept

    monkeypatch.setattr(run_module, "train", from_good_to_bad)
    result = compile_and_train(program, splits, evolve(quick, epochs=3, lr=0.003), tmp_path)
    assert result.best.epoch < 3
    params, _, header = load_weights(tmp_path / "best.safetensors", *program.init())
    chosen = kept[result.best.epoch - 1]
    assert header["epoch"] == result.best.epoch
    assert header["valid"]["macro_f1"] == chosen.valid.macro_f1 == max(event.valid.macro_f1 for event in kept)
    for path, own in chosen.carry.params.items():
        for name, array in own.items():
            np.testing.assert_array_equal(params[path][name], array)


def test_the_outside_changes_no_bit(program: Program, splits: Splits, quick: Settings, tmp_path: Path) -> None:
    compile_and_train(program, splits, quick, tmp_path / "a")
    np.random.seed(3)  # noqa: NPY002 - the user's own
    with np.errstate(all="raise"):
        compile_and_train(program, splits, quick, tmp_path / "b")
    for name in ("best.safetensors", "history.csv", "test.csv"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_an_output_that_does_not_fit_the_classes_is_found_before_anything_is_written(
    splits: Splits, quick: Settings, tmp_path: Path
) -> None:
    other = compile_model("input 1x6x6\nFlatten\nFC 7 # seven\nSoftmax\n")
    with pytest.raises(ModelError) as error:
        compile_and_train(other, splits, quick, tmp_path / "out")
    (found,) = error.value.diagnostics
    assert (found.code, found.span.line, found.hints) == ("D501", 3, ("`FC 4`",))
    assert not (tmp_path / "out").exists()


def test_an_interrupt_says_that_nothing_is_kept(
    program: Program, splits: Splits, quick: Settings, tmp_path: Path
) -> None:
    with pytest.raises(KeyboardInterrupt) as error:
        compile_and_train(program, splits, quick, tmp_path, on_event=interrupt_at(1))
    assert error.value.__notes__ == ["in epoch 1: no epoch is kept yet"]
    assert names_in(tmp_path) == ["events.jsonl"]


def test_an_interrupt_says_which_epoch_the_file_holds(
    program: Program, splits: Splits, quick: Settings, tmp_path: Path
) -> None:
    with pytest.raises(KeyboardInterrupt) as error:
        compile_and_train(program, splits, quick, tmp_path, on_event=interrupt_at(2))
    path = tmp_path / "best.safetensors"
    f1 = read_header(path)["valid"]["macro_f1"]
    assert error.value.__notes__ == [
        f"in epoch 2: {path} holds epoch 1 (validation macro F1 {f1:.4f})",
        "hint: the same command with `--resume auto` goes on with epoch 2",
    ]
    assert names_in(tmp_path) == BEGUN
    load_weights(path, *program.init())


def test_an_interrupt_leaves_an_earlier_run_until_there_is_an_epoch(
    program: Program, splits: Splits, quick: Settings, tmp_path: Path
) -> None:
    compile_and_train(program, splits, quick, tmp_path)
    before = contents(tmp_path)
    with pytest.raises(KeyboardInterrupt) as error:
        compile_and_train(program, splits, evolve(quick, seed=1), tmp_path, on_event=interrupt_at(1))
    assert error.value.__notes__ == [f"in epoch 1: no epoch is kept yet, {tmp_path} still holds an earlier run"]
    assert contents(tmp_path) == before
    with pytest.raises(KeyboardInterrupt):
        compile_and_train(program, splits, evolve(quick, seed=1), tmp_path, on_event=interrupt_at(2))
    assert names_in(tmp_path) == BEGUN
    assert names_in(tmp_path / "checkpoints") == ["00002-0000000.safetensors"]


def test_an_end_between_two_files_tells_what_the_file_itself_says(
    program: Program, splits: Splits, quick: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise OutputError("the disk is full")

    monkeypatch.setattr(run_module, "write_durably", fail)  # the results: all else is written elsewhere
    with pytest.raises(OutputError) as error:
        compile_and_train(program, splits, evolve(quick, epochs=1), tmp_path)
    place, hint = error.value.__notes__
    assert place.startswith("after the last epoch: ")
    assert "best.safetensors holds epoch 1 " in place
    assert hint == "hint: the same command with `--resume auto` goes on to the results"


def test_numbers_that_overflow_in_the_last_step_of_an_epoch_are_not_kept(
    program: Program, splits: Splits, quick: Settings, tmp_path: Path
) -> None:
    settings = evolve(quick, batch=80, epochs=1, optimizer="sgd", lr=1e38)
    with pytest.raises(DivergedError) as error:
        compile_and_train(program, splits, settings, tmp_path)
    assert error.value.code == "T601"
    assert error.value.__notes__ == ["in epoch 1: no epoch is kept yet"]
    assert names_in(tmp_path) == ["events.jsonl"]


def test_a_best_network_that_was_changed_behind_the_runs_back_is_not_reported(
    program: Program, splits: Splits, quick: Settings, tmp_path: Path
) -> None:
    def swap(event: Event) -> None:
        if isinstance(event, EpochDone):
            path = tmp_path / "best.safetensors"
            data = bytearray(path.read_bytes())
            data[-1] ^= 1
            path.write_bytes(data)

    with pytest.raises(InputError) as error:
        compile_and_train(program, splits, evolve(quick, epochs=1), tmp_path, on_event=swap)
    assert error.value.code == "D510"
    assert "test.csv" not in names_in(tmp_path)

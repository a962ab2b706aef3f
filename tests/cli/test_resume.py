"""Runs that are stopped, killed or in each other's way, as users meet them: what is said, and what goes on."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

from tests.cli.command import SEED, Done, arguments, cnndsl, environment, examined
from tests.cli.inside import inside
from tests.cli.test_train import posix, read_until, start, stop

DRAWING = """
Conv 4 5 2
BatchNorm
ReLU
Flatten
Dropout 0.2
FC 10
Softmax

augment { Rotate 10 p=0.5 }
train {
  optimizer = adamw(lr=0.01)
  schedule = cosine(warmup=1)
  ema = 0.9
}
"""
SIZES = ("--train", 60, "--valid", 20, "--test", 20, "--processes", 1)
EQUAL = ("best.safetensors", "history.csv", "test.csv", "checkpoints/00004-0000000.safetensors")


def train(folder: Path, *given: object) -> Done:
    (folder / "model.txt").write_text(DRAWING, encoding="utf-8")
    return inside("compile-and-train", "model.txt", *SIZES, *given, cwd=folder)


@posix
def test_a_run_that_is_killed_goes_on_to_the_same_bits_with_the_seed_that_it_drew(tmp_path: Path) -> None:
    (tmp_path / "model.txt").write_text(DRAWING, encoding="utf-8")
    out = tmp_path / "outputdir"
    command = arguments("compile-and-train", "model.txt", *SIZES, "--epochs", 3, "--save-every", 0)
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    read_until(process, "epoch 1/3")
    process.kill()
    process.communicate()
    assert (out / "run.lock").exists()
    done = train(tmp_path, "--epochs", 3, "--resume", "auto")
    assert done.code == 0, done.err
    assert f"resumed from {Path('outputdir', 'checkpoints')}" in done.err
    assert (
        f"note T611: {Path('outputdir', 'run.lock')} was left by a run that is gone: process {process.pid}" in done.err
    )
    seed = json.loads((out / "manifest.json").read_text())["settings"]["seed"]
    assert train(tmp_path, "--epochs", 3, "--seed", seed, "--out", "whole").code == 0
    for name in EQUAL:
        assert (out / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    again = inside("replay", "outputdir", cwd=tmp_path)
    assert (again.code, again.out.splitlines()[-1]) == (0, "outputdir: the same again, bit for bit")
    (out / "history.csv").write_text("epoch\n")
    other = inside("replay", "outputdir", "--out", "other", cwd=tmp_path)
    assert other.code == 1
    assert "error T613: outputdir came out otherwise" in other.err
    assert "\n  = history.csv:1: epoch there, epoch,train_loss" in other.err


def test_what_cannot_be_resumed_is_told(tmp_path: Path) -> None:
    done = train(tmp_path, "--epochs", 1, "--seed", 1, "--resume", "auto")
    assert done.code == 0
    assert "outputdir holds no checkpoint: begun anew" in done.err
    done = train(tmp_path, "--epochs", 1, "--seed", 2, "--resume", "auto")
    assert (done.code, done.err.splitlines()[-3][:12]) == (3, "error T609: ")
    assert "other settings: seed is 1 there, 2 here" in done.err
    done = train(tmp_path, "--epochs", 1, "--resume", "elsewhere.safetensors")
    assert (done.code, "error D503: elsewhere.safetensors: there is no such file" in done.err) == (3, True)
    (tmp_path / "empty").mkdir()
    done = train(tmp_path, "--epochs", 1, "--resume", "empty")
    assert (done.code, "error D503: empty holds no whole checkpoint" in done.err) == (3, True)


def test_a_path_is_resumed_in_its_own_folder(tmp_path: Path) -> None:
    assert train(tmp_path, "--epochs", 1, "--seed", 1, "--out", "mine").code == 0
    for path in ("mine", "mine/checkpoints/00002-0000000.safetensors"):
        done = train(tmp_path, "--epochs", 2, "--seed", 1, "--resume", path)
        assert done.code == 0
        assert "warning T608: the run was begun for 1 epochs, and its learning rate followed that" in done.err
        assert not (tmp_path / "outputdir").exists()
        (tmp_path / "mine" / "checkpoints" / "00003-0000000.safetensors").unlink()
        if path == "mine":
            shutil.rmtree(tmp_path / "mine")
            assert train(tmp_path, "--epochs", 1, "--seed", 1, "--out", "mine").code == 0


@posix
def test_a_second_run_in_a_folder_is_refused_and_a_second_signal_ends_the_first_at_once(tmp_path: Path) -> None:
    shutil.copy(SEED, tmp_path)
    process = start(tmp_path, "--batch", 5000, "--processes", 1)  # a step of some tenths of a second
    read_until(process, "mnist: ")
    while not (tmp_path / "outputdir" / "events.jsonl").exists():
        time.sleep(0.01)
    second = cnndsl("compile-and-train", "model.txt", "--epochs", 1, cwd=tmp_path)
    assert (second.code, second.out) == (5, "")
    words = f"error T606: outputdir belongs to a run that is going on: process {process.pid} on "
    assert words in second.err
    os.kill(process.pid, signal.SIGINT)
    time.sleep(0.01)
    done = stop(process, signal.SIGINT, group=False)
    assert (done.code, done.out) == (130, "")
    assert "cnndsl: stopping after this step, with a checkpoint; once more to leave at once\n" in done.err
    assert not [path for path in (tmp_path / "outputdir").rglob(".*") if path.is_file()]
    assert not (tmp_path / "outputdir" / "run.lock").exists()


def test_the_layer_where_numbers_stop_being_finite_is_named(tmp_path: Path) -> None:
    shutil.copy(SEED, tmp_path)
    sgd = ("--optimizer", "sgd", "--lr", 1e30, "--epochs", 1)
    done = inside("compile-and-train", "model.txt", *SIZES, *sgd, cwd=tmp_path)
    assert (done.code, done.out) == (4, "")
    found = (
        r"error T601: the loss became \w+ at epoch 1, step 2; the first that is not finite is the output of \S+ \(line"
    )
    assert re.search(found, done.err)


def test_a_network_that_overflows_in_its_last_step_keeps_what_it_had(tmp_path: Path) -> None:
    done = train(tmp_path, "--epochs", 1, "--seed", 1, "--set", "train.schedule=constant", "--lr", 1e30)
    assert (done.code, done.out) == (4, "")
    assert re.search(r"error T601: the network's numbers overflowed in epoch 1: ", done.err)
    assert done.err.endswith("\n  = in epoch 1: no epoch is kept yet\n")


def test_a_network_that_would_not_fit_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "big.txt").write_text("Flatten\nFC 1_000_000\nReLU\nFC 1_000_000\nReLU\nFC 10\n")
    done = examined(inside("compile-and-train", "big.txt", *SIZES, cwd=tmp_path))
    assert (done.code, done.out) == (1, "")
    assert "big.txt:4:1: error T607: training needs about 33," in done.err
    assert not (tmp_path / "outputdir").exists()


@posix
def test_a_home_and_a_cache_that_take_no_files_are_no_obstacle(tmp_path: Path) -> None:
    shutil.copy(SEED, tmp_path)
    env = {"HOME": "/proc", "XDG_CACHE_HOME": "/proc/none", "MPLCONFIGDIR": "", "PYTHONWARNINGS": "error"}
    sizes = ("--train", 20, "--valid", 10, "--test", 10, "--epochs", 1, "--processes", 1)
    done = cnndsl("compile-and-train", "model.txt", *sizes, cwd=tmp_path, env=env)
    assert done.code == 0, done.err

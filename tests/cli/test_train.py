"""``compile-and-train`` as users run it: its files, its bits, its exit codes, and what is left when it is stopped."""

from __future__ import annotations

import csv
import gzip
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attrs import frozen

from cnndsl.cli.progress import _shows_bars
from cnndsl.compiler import compile_model
from cnndsl.training.weights import load_weights
from tests.cli.command import SEED, Done, arguments, cnndsl, environment, examined
from tests.data.samples import idx_bytes

FILES = [
    *("best.safetensors", "confusion.png", "curves.png", "events.jsonl", "findings.json"),
    *("history.csv", "manifest.json", "report.html", "test.csv"),
]
CHECKPOINTS = [Path("checkpoints", f"{epoch:05}-0000000.safetensors") for epoch in (2, 3)]
TINY = ("--train", 200, "--valid", 50, "--test", 50, "--epochs", 2)
ALONE = ("--processes", 1)
EPOCH = r"epoch {}/2  loss \d\.\d{{4}}  valid: loss \d\.\d{{4}}  accuracy \d\.\d{{4}}  macro F1 \d\.\d{{4}}"
SMALL = "Flatten\nFC 10\nSoftmax\n"
posix = pytest.mark.skipif(os.name != "posix", reason="signals and limits are POSIX's")


@frozen
class Run:
    """A run in a folder of its own."""

    folder: Path
    done: Done

    def content(self, name: str | Path) -> bytes:
        return (self.folder / "outputdir" / name).read_bytes()

    def manifest(self) -> Any:
        found = json.loads(self.content("manifest.json"))
        times = found.pop("times")
        assert 0 < times["waited_seconds"] < times["train_seconds"]
        assert found["settings"].pop("processes") in {1, 2}
        assert found["settings"].pop("remat") in {True, False}
        return found


RUNS: dict[str, tuple[tuple[object, ...], tuple[str, ...], dict[str, str]]] = {
    "first": ((), (), {}),
    "again": (ALONE, (), {"PYTHONHASHSEED": "1", "PYTHONWARNINGS": "error", "MPLBACKEND": "TkAgg"}),
    "optimised": (ALONE, ("-O",), {"PYTHONHASHSEED": "2", "LC_ALL": "C", "NO_COLOR": "1", "HOME": "/nonexistent"}),
    "recomputed": (("--remat",), (), {}),
    "other seed": ((*ALONE, "--seed", 1), (), {}),
    "legacy": ((*ALONE, "--legacy-csv"), (), {}),
}


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """Tiny runs of the seed's network that differ in what is around them; two at a time."""

    def run(name: str) -> Run:
        folder = tmp_path_factory.mktemp("run")
        shutil.copy(SEED, folder)
        given, flags, env = RUNS[name]
        return Run(folder, cnndsl("compile-and-train", "model.txt", *TINY, *given, cwd=folder, flags=flags, env=env))

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(RUNS, pool.map(run, RUNS), strict=True))


@pytest.mark.parametrize("name", RUNS)
def test_a_run_writes_its_files_and_no_others(runs: dict[str, Run], name: str) -> None:
    run = runs[name]
    assert run.done.code == 0
    assert sorted(path.name for path in run.folder.iterdir()) == ["model.txt", "outputdir"]
    assert sorted(path.name for path in (run.folder / "outputdir").iterdir()) == sorted(["checkpoints", *FILES])
    for picture in ("curves.png", "confusion.png"):
        assert run.content(picture).startswith(b"\x89PNG\r\n")


def test_the_results_are_on_standard_output_and_the_course_on_standard_error(runs: dict[str, Run]) -> None:
    done = runs["first"].done
    results, course = done.out.splitlines(), done.err.splitlines()
    assert re.fullmatch(r"best epoch [12]: validation accuracy 0\.\d{4}, F1 0\.\d{4}", results[0])
    assert re.fullmatch(r"test: loss \d\.\d{4}, accuracy 0\.\d{4}, macro F1 0\.\d{4}", results[1])
    assert re.fullmatch(r"trained in \d+\.\d s, \d+\.\d% of it waiting for images; written:", results[2])
    assert sorted(line.strip() for line in results[3:]) == [str(Path("outputdir", name)) for name in FILES]
    assert course[0] == "model.txt: 33,078 parameters, 328,600 MACs, receptive field 32"
    assert course[1].startswith("mnist: 200 / 50 / 50 images to train, validate, test (")
    assert len(course) == 4
    assert all(re.fullmatch(EPOCH.format(epoch), line) for epoch, line in enumerate(course[2:], 1))


def test_what_is_printed_and_what_is_written_agree(runs: dict[str, Run]) -> None:
    run = runs["first"]
    rows = list(csv.DictReader(run.content("history.csv").decode().splitlines()))
    (test,) = csv.DictReader(run.content("test.csv").decode().splitlines())
    (best,) = (row for row in rows if row["best"] == "1")
    assert [row["epoch"] for row in rows] == ["1", "2"]
    assert best["epoch"] == test["best_epoch"] == str(run.manifest()["best"]["epoch"])
    assert float(best["valid_macro_f1"]) == max(float(row["valid_macro_f1"]) for row in rows)
    assert f"F1 {float(best['valid_macro_f1']):.4f}\n" in run.done.out
    assert f"macro F1 {float(test['test_macro_f1']):.4f}\n" in run.done.out
    program = compile_model(SEED, (1, 28, 28))
    _, _, header = load_weights(run.folder / "outputdir" / "best.safetensors", *program.init())
    assert header["epoch"] == run.manifest()["best"]["epoch"]
    assert header["model"] == SEED.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["again", "optimised", "recomputed"])
def test_equal_seeds_give_equal_bits_whatever_is_around(runs: dict[str, Run], name: str) -> None:
    first, other = runs["first"], runs[name]
    for file in {*FILES, *CHECKPOINTS} - {"events.jsonl", "manifest.json"}:
        assert other.content(file) == first.content(file)
    assert other.manifest() == first.manifest()
    assert other.done.err == first.done.err


def test_another_seed_gives_other_bits(runs: dict[str, Run]) -> None:
    for file in ("best.safetensors", "history.csv", "test.csv"):
        assert runs["other seed"].content(file) != runs["first"].content(file)
    assert runs["other seed"].manifest()["data"]["sha256"] != runs["first"].manifest()["data"]["sha256"]


def test_the_earlier_programs_tables_have_its_headers_and_sums(runs: dict[str, Run]) -> None:
    first, legacy = runs["first"], runs["legacy"]
    assert legacy.content("best.safetensors") == first.content("best.safetensors")
    rows = list(csv.DictReader(legacy.content("history.csv").decode().splitlines()))
    (test,) = csv.DictReader(legacy.content("test.csv").decode().splitlines())
    assert list(rows[0]) == ["Epoch", "Loss", "Accuracy", "Macro F1"]
    assert list(test) == ["Loss", "Accuracy", "Macro F1"]
    means = list(csv.DictReader(first.content("history.csv").decode().splitlines()))
    for row, mean in zip(rows, means, strict=True):
        assert float(row["Loss"]) == float(mean["valid_loss"]) * 50
        assert float(row["Macro F1"]) == float(mean["valid_macro_f1"])


def train(folder: Path, model: str, *given: object, **more: Any) -> Done:
    """Train a text for one epoch of ten images, or as ``given``."""
    (folder / "model.txt").write_text(model, encoding="utf-8")
    sizes = ("--train", 20, "--valid", 10, "--test", 10, "--epochs", 1, "--processes", 1)
    return cnndsl("compile-and-train", "model.txt", *sizes, *given, cwd=folder, **more)


def untouched(folder: Path) -> bool:
    return not (folder / "outputdir").exists()


BAD_MODELS = {
    "unknown layer": ("Conv 6 5\nPol 2\nFC 10\n", "model.txt:2:1: error N010: unknown layer `Pol`"),
    "kernel that does not fit": (
        "Conv 6 5 1 2\nPool 14\nConv 6 5 1 0\nFC 10\n",
        "model.txt:3:1: error S201: Conv kernel 5x5 does not fit its 2x2 input\n  2 | Pool 14       -> 6x2x2\n",
    ),
    "other input": ("input 3x32x32\nFC 10\n", "model.txt:1:7: error D509: the file says `input 3x32x32`"),
    "nothing": ("", "model.txt:1:1: error P005: the file is empty"),
}


@pytest.mark.parametrize(("model", "words"), BAD_MODELS.values(), ids=BAD_MODELS)
def test_a_model_with_errors_is_exit_1_before_anything_is_done(model: str, words: str, tmp_path: Path) -> None:
    done = train(tmp_path, model)
    assert (done.code, done.out) == (1, "")
    assert words in done.err
    assert untouched(tmp_path)


def test_outputs_that_do_not_fit_the_classes_are_exit_1(tmp_path: Path) -> None:
    done = train(tmp_path, "Flatten\nFC 7   # one too few\nSoftmax\n")
    assert (done.code, done.out) == (1, "")
    assert "model.txt:2:1: error D501: the last layer gives 7 outputs, mnist has 10 classes\n  2 | FC 7\n" in done.err
    assert "epoch" not in done.err
    assert untouched(tmp_path)


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        (("--epochs", 0), "C407", "epochs must be 1 or more, got 0"),
        (("--lr", "nan"), "C406", "the learning rate must be a number above 0, got nan"),
        (("--optimizer", "adm"), "C401", "unknown optimizer 'adm'"),
        (("--data", "mnits"), "D503", "did you mean mnist?"),
    ],
)
def test_a_setting_that_cannot_be_is_exit_2(given: tuple[object, ...], code: str, words: str, tmp_path: Path) -> None:
    done = train(tmp_path, SMALL, *given)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"error {code}: ")
    assert words in done.err
    assert untouched(tmp_path)


@pytest.fixture
def mnist(tmp_path: Path) -> Path:
    """Forty training and twenty test images of noise under MNIST's names."""
    rng = np.random.default_rng(0)
    folder = tmp_path / "mnist"
    folder.mkdir()
    for prefix, count in (("train", 40), ("t10k", 20)):
        images, labels = rng.integers(0, 256, (count, 28, 28)), np.arange(count) % 10
        (folder / f"{prefix}-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx_bytes(images)))
        (folder / f"{prefix}-labels-idx1-ubyte").write_bytes(idx_bytes(labels))
    return folder


def test_a_folder_of_official_files_is_trained_on(mnist: Path, tmp_path: Path) -> None:
    done = train(tmp_path, SMALL, "--data-dir", mnist, "--test", "all")
    assert done.code == 0
    assert f"mnist: 20 / 10 / 20 images to train, validate, test (the official MNIST files in {mnist})" in done.err


def _cut_short(folder: Path) -> None:
    path = folder / "train-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-100])


def _wrong_label(folder: Path) -> None:
    labels = bytearray(idx_bytes(np.arange(20) % 10))
    labels[8 + 13] = 11
    (folder / "t10k-labels-idx1-ubyte").write_bytes(labels)


@pytest.mark.parametrize(
    ("damage", "code", "words"),
    [
        (_cut_short, "D510", ("train-images-idx3-ubyte.gz", "truncated")),
        (_wrong_label, "D513", ("t10k-labels-idx1-ubyte", "label 11 at index 13")),
        (shutil.rmtree, "D503", ("mnist",)),
    ],
    ids=["cut short", "label out of range", "not there"],
)
def test_data_that_cannot_be_read_are_exit_3(
    damage: Callable[[Path], None], code: str, words: tuple[str, ...], mnist: Path, tmp_path: Path
) -> None:
    damage(mnist)
    done = train(tmp_path, SMALL, "--data-dir", mnist)
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith(f"error {code}: ")
    assert all(word in done.err for word in words)
    assert untouched(tmp_path)


def test_more_images_than_there_are_is_exit_2(mnist: Path, tmp_path: Path) -> None:
    done = train(tmp_path, SMALL, "--data-dir", mnist, "--train", 50)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error D504: ")


def test_a_training_that_diverges_is_exit_4_and_says_what_is_kept(tmp_path: Path) -> None:
    done = train(tmp_path, SEED.read_text(encoding="utf-8"), "--optimizer", "sgd", "--batch", 5, "--lr", 1e30)
    assert (done.code, done.out) == (4, "")
    summary, *rest = done.err.splitlines()[-3:]
    assert summary.startswith("error T601: ")
    assert rest == [
        "  = hint: a learning rate ten times smaller: `--lr`; or `clip = norm(1)` in `train`",
        "  = in epoch 1: no epoch is kept yet",
    ]
    assert [path.name for path in (tmp_path / "outputdir").iterdir()] == ["events.jsonl"]


def test_a_file_where_the_results_should_go_is_exit_5_before_training(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("precious")
    done = train(tmp_path, SMALL, "--out", "results")
    assert (done.code, done.out) == (5, "")
    assert "cannot write to results: it, or what it is in, is a file and not a folder" in done.err
    assert "epoch" not in done.err
    assert (tmp_path / "results").read_text() == "precious"


@posix
def test_a_disk_that_fills_up_is_exit_5_and_the_earlier_run_stays(runs: dict[str, Run], tmp_path: Path) -> None:
    import resource

    old = tmp_path / "outputdir" / "best.safetensors"
    shutil.copytree(runs["first"].folder / "outputdir", old.parent)
    before = old.read_bytes()

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    done = train(tmp_path, SMALL, preexec_fn=limit)
    assert (done.code, done.out) == (5, "")
    assert f"cannot write {Path('outputdir', CHECKPOINTS[0])}: File too large" in done.err
    assert "no epoch is kept yet, outputdir still holds an earlier run" in done.err
    assert old.read_bytes() == before
    assert not list(old.parent.rglob(".*"))


def start(folder: Path, *given: object) -> subprocess.Popen[str]:
    """Begin a run that would take for ever, in a process group of its own."""
    command = arguments("compile-and-train", "model.txt", "--epochs", 100_000, *given)
    streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=folder, env=environment(), start_new_session=True, **streams)


def read_until(process: subprocess.Popen[str], words: str) -> str:
    """Standard error up to the line with these words."""
    assert process.stderr is not None
    text = ""
    for line in process.stderr:
        text += line
        if words in line:
            return text
    raise AssertionError(text)


def stop(process: subprocess.Popen[str], number: signal.Signals, *, group: bool) -> Done:
    """Send a signal, as a terminal does to all processes of a command, or as `kill` to one; what came of it."""
    (os.killpg if group else os.kill)(process.pid, number)
    out, err = process.communicate(timeout=30)
    return examined(Done(process.returncode, out, err))


@posix
@pytest.mark.parametrize(
    ("number", "group", "code", "word"),
    [(signal.SIGINT, True, 130, "interrupted"), (signal.SIGTERM, False, 143, "terminated")],
    ids=["Ctrl-C", "kill"],
)
def test_a_run_that_is_stopped_says_which_epoch_its_file_holds(
    number: signal.Signals, code: int, word: str, tmp_path: Path, *, group: bool
) -> None:
    (tmp_path / "model.txt").write_text(SMALL)
    process = start(tmp_path, "--train", 500, "--valid", 50, "--test", 50)
    read_until(process, "epoch      3/100000")
    done = stop(process, number, group=group)
    assert (done.code, done.out) == (code, "")
    kept = r"outputdir/best.safetensors holds epoch (\d+) \(validation macro F1 (0\.\d{4})\)"
    noticed, summary, hint = done.err.splitlines()[-3:]
    assert noticed == "cnndsl: stopping after this step, with a checkpoint; once more to leave at once"
    said = re.fullmatch(rf"cnndsl: {word} in epoch (\d+): {kept}", summary)
    assert said
    goes_on = r"  = hint: the same command with `--resume auto` goes on with epoch (\d+)( after step \d+)?"
    assert re.fullmatch(goes_on, hint)
    program = compile_model(tmp_path / "model.txt", (1, 28, 28))
    _, _, header = load_weights(tmp_path / "outputdir" / "best.safetensors", *program.init())
    assert (header["epoch"], f"{header['valid']['macro_f1']:.4f}") == (int(said[2]), said[3])
    rows = list(csv.DictReader((tmp_path / "outputdir" / "history.csv").read_text().splitlines()))
    assert len(rows) in {int(said[1]) - 1, int(said[1])}
    left = ["best.safetensors", "checkpoints", "events.jsonl", "history.csv"]
    assert sorted(path.name for path in (tmp_path / "outputdir").iterdir()) == left


@posix
def test_a_run_that_is_stopped_in_its_first_epoch_can_go_on_there(tmp_path: Path) -> None:
    shutil.copy(SEED, tmp_path)
    process = start(tmp_path, "--batch", 1)
    read_until(process, "mnist: ")
    time.sleep(0.3)
    done = stop(process, signal.SIGINT, group=True)
    assert (done.code, done.out) == (130, "")
    summary, hint = done.err.splitlines()[-2:]
    assert summary == "cnndsl: interrupted in epoch 1: no epoch is kept yet"
    step = re.fullmatch(r"  = hint: the same command with `--resume auto` goes on with epoch 1 after step (\d+)", hint)
    assert step
    (checkpoint,) = (tmp_path / "outputdir" / "checkpoints").iterdir()
    assert checkpoint.name == f"00001-{int(step[1]):07}.safetensors"


@posix
@pytest.mark.parametrize("delay", [0.3, 0.5])
def test_a_run_that_is_stopped_at_any_time_ends_without_a_traceback(delay: float, tmp_path: Path) -> None:
    (tmp_path / "model.txt").write_text(SMALL)
    process = start(tmp_path, "--train", 100, "--valid", 50, "--test", 50)
    time.sleep(delay)
    done = stop(process, signal.SIGTERM, group=True)
    assert done.code in {143, -signal.SIGTERM}  # the latter before the command itself has begun


@pytest.mark.parametrize(
    ("tty", "encoding", "env", "bars"),
    [
        (True, "utf-8", {"TERM": "xterm"}, True),
        (True, "UTF8", {"TERM": "xterm"}, True),
        (False, "utf-8", {"TERM": "xterm"}, False),
        (True, "ascii", {"TERM": "xterm"}, False),
        (True, "utf-8", {"TERM": "dumb"}, False),
        (True, "utf-8", {}, False),
        (True, "utf-8", {"TERM": "xterm", "NO_COLOR": "1"}, False),
    ],
)
def test_a_bar_is_shown_only_where_it_is_wanted_and_can_be_drawn(
    encoding: str, env: dict[str, str], monkeypatch: pytest.MonkeyPatch, *, tty: bool, bars: bool
) -> None:
    class Terminal:
        def isatty(self) -> bool:
            return tty

    terminal = Terminal()
    terminal.encoding = encoding  # type: ignore[attr-defined]
    monkeypatch.setattr(sys, "stderr", terminal)
    for name in ("TERM", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert _shows_bars() is bars


@posix
def test_a_terminal_sees_a_bar_and_every_epoch(tmp_path: Path) -> None:
    import pty

    (tmp_path / "model.txt").write_text(SMALL)
    screen, terminal = pty.openpty()
    sizes = ("--train", 100, "--valid", 50, "--test", 50, "--epochs", 2, "--processes", 1)
    process = subprocess.Popen(
        arguments("compile-and-train", "model.txt", *sizes),
        cwd=tmp_path,
        env=environment(TERM="xterm", LC_ALL="C.UTF-8"),
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    text = _all_of(screen)
    assert process.wait(timeout=30) == 0
    assert "\x1b" in text
    for epoch in (1, 2):
        assert f"epoch {epoch}/2  loss " in text
    assert "best epoch " in text
    assert "Traceback" not in text


def _all_of(screen: int) -> str:
    data = b""
    try:
        while more := os.read(screen, 4096):
            data += more
    except OSError:  # how Linux says that the terminal is gone
        pass
    os.close(screen)
    return data.decode()

"""The whole job: train, keep the best, load it again, see that it is what was logged, test it, write what was found."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from math import isfinite
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from cnndsl.compiler import Program
from cnndsl.compiler.classes import check_classes
from cnndsl.data import Splits
from cnndsl.errors import DivergedError, InputError, ModelError
from cnndsl.language.render import render
from cnndsl.layers._kind import Array, Tree
from cnndsl.report import plots
from cnndsl.report.findings import FINDINGS
from cnndsl.training.files import prepare_folder, write_durably
from cnndsl.training.findings import find
from cnndsl.training.history import (
    Row,
    best,
    history_csv,
    legacy_history_csv,
    legacy_test_csv,
    test_csv,
)
from cnndsl.training.loop import TAME, EpochDone, StepDone, train
from cnndsl.training.metrics import Scores, confusion, evaluate
from cnndsl.training.remarks import Remark, loss_of_guessing, of_confusion, of_epoch, of_splits
from cnndsl.training.report import MANIFEST, REPORT, write_report
from cnndsl.training.settings import Settings
from cnndsl.training.weights import WEIGHTS, load_weights, read_header, save_weights

_RESULTS = ("test.csv", MANIFEST, "curves.png", "confusion.png", FINDINGS, REPORT)


@attrs.frozen(eq=False)
class Result:
    """What a run came to. ``confusion`` counts the test images: rows are true classes, columns predicted ones."""

    best: Row
    test: Scores
    confusion: Array
    rows: tuple[Row, ...]
    train_seconds: float
    files: tuple[Path, ...]


def compile_and_train(
    program: Program,
    splits: Splits,
    settings: Settings,
    folder: Path,
    *,
    legacy_csv: bool = False,
    on_event: Callable[[StepDone | EpochDone | Remark], None] = lambda _event: None,
) -> Result:
    """Train a program and write the run into a folder.

    After each epoch that is the best so far, its weights are on the disk; ``history.csv`` is there after each epoch.
    An earlier run's files stay until this one has an epoch to show.

    Raises
    ------
    ModelError
        The network's output does not fit the data's classes (D501).
    OutputError
        The folder cannot be written to; said before training where it can be known then.
    DivergedError
        The loss is not finite any more; the best weights so far are on the disk.

    Whatever ends a run that has begun, Ctrl-C included, has a note about which file holds what.
    """
    check_output(program, splits)
    prepare_folder(folder)
    rows: list[Row] = []
    earlier = _stamp(folder / WEIGHTS)
    started = time.perf_counter()
    last = settings.epochs
    guessed = loss_of_guessing(program.loss, len(splits.classes), splits.train.labels)
    try:
        with np.errstate(all="ignore"):  # what overflows shows in the loss, which is looked at
            for remark in of_splits(splits):
                on_event(remark)
            for event in train(program, splits, settings):
                if isinstance(event, EpochDone):
                    _keep(program, splits, settings, folder, rows, event, legacy_csv=legacy_csv)
                on_event(event)
                for remark in _remarks(event, guessed):
                    on_event(remark)
            last, train_seconds = len(rows), time.perf_counter() - started
            result = _finish(program, splits, settings, folder, rows, train_seconds, legacy_csv=legacy_csv)
            for remark in of_confusion(result.confusion, "test"):
                on_event(remark)
            return result
    except BaseException as error:
        place = f"in epoch {len(rows) + 1}" if len(rows) < last else "after the last epoch"
        error.add_note(f"{place}: {_what_is_kept(folder, earlier)}")
        raise


def _keep(
    program: Program,
    splits: Splits,
    settings: Settings,
    folder: Path,
    rows: list[Row],
    event: EpochDone,
    *,
    legacy_csv: bool,
) -> None:
    """Note an epoch; write the history, and the weights where they are the best so far."""
    row = Row(event.epoch, event.train_loss, event.valid)
    if not isfinite(row.valid.loss) or not _is_finite(event.carry.params):
        message = f"the network's numbers overflowed in epoch {row.epoch}"
        raise DivergedError(message, code="T601", hint=TAME)
    if not rows:
        _remove_results(folder)
    rows.append(row)
    if best(rows, settings.select) is row:
        save_weights(folder / WEIGHTS, *event.carry.tested, _about(program, splits, settings, row))
    history = legacy_history_csv(rows, len(splits.valid)) if legacy_csv else history_csv(rows, settings.select)
    write_durably(folder / "history.csv", history.encode())


def _is_finite(params: Tree) -> bool:
    return all(bool(np.isfinite(array).all()) for own in params.values() for array in own.values())


def _stamp(path: Path) -> tuple[int, int] | None:
    """What tells a file from the one that takes its place."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def _what_is_kept(folder: Path, earlier: tuple[int, int] | None) -> str:
    """What a run that ended early leaves. The file itself is asked: it may be newer than what is known of it here."""
    path = folder / WEIGHTS
    if _stamp(path) == earlier:
        return f"nothing was written yet, {folder} still holds an earlier run" if earlier else "nothing was written yet"
    try:
        header = read_header(path)
    except InputError as error:
        return error.message
    return f"{path} holds epoch {header['epoch']} (validation macro F1 {header['valid']['macro_f1']:.4f})"


def check_output(program: Program, splits: Splits) -> None:
    """See that the network gives one score a class.

    Raises
    ------
    ModelError
        It does not (D501), with the line of its last layer.
    """
    found = check_classes(program.graph, splits.name, len(splits.classes))
    if found:
        raise ModelError(found)


def _finish(
    program: Program,
    splits: Splits,
    settings: Settings,
    folder: Path,
    rows: list[Row],
    train_seconds: float,
    *,
    legacy_csv: bool,
) -> Result:
    chosen = best(rows, settings.select)
    like, like_state = program.init(settings.seed)
    params, state, header = load_weights(folder / WEIGHTS, like, like_state)
    again = evaluate(program, params, state, splits.valid)
    if again != chosen.valid:
        message = f"the saved best network scores {again.macro_f1}, its log says {chosen.valid.macro_f1}"
        raise InputError(message, code="T604", hint="please report this: it is a bug of cnndsl")
    test = evaluate(program, params, state, splits.test)
    table = legacy_test_csv(test, len(splits.test)) if legacy_csv else test_csv(chosen.epoch, test)
    write_durably(folder / "test.csv", table.encode())
    write_durably(folder / "curves.png", plots.curves(rows, chosen, settings.loss_label))
    matrix = confusion(program, params, state, splits.test)
    write_durably(folder / "confusion.png", plots.confusion(matrix, splits.classes, splits.name))
    manifest = _manifest(program, splits, settings, header, rows, test, train_seconds)
    write_durably(folder / MANIFEST, (json.dumps(manifest, indent=2) + "\n").encode())
    write_report(folder, find(program, params, state, splits, settings, rows, test, matrix))
    files = tuple(folder / name for name in ("history.csv", WEIGHTS, *_RESULTS))
    return Result(chosen, test, matrix, tuple(rows), train_seconds, files)


def _remarks(event: StepDone | EpochDone, guessed: float) -> Iterator[Remark]:
    if isinstance(event, EpochDone):
        yield from of_epoch(event.epoch, event.train_loss, guessed)


def _remove_results(folder: Path) -> None:
    """An earlier run's results must not stand beside this run's history."""
    for name in _RESULTS:
        (folder / name).unlink(missing_ok=True)


def _about(program: Program, splits: Splits, settings: Settings, row: Row) -> dict[str, Any]:
    """What travels with the weights."""
    return {
        "epoch": row.epoch,
        "valid": attrs.asdict(row.valid),
        "model": program.graph.source.text,
        # Unlike the file it needs no other: neither what it includes nor other values for its variables.
        "network": render(attrs.evolve(program.graph, sections=())),
        "variables": dict(settings.variables),
        "input": list(program.input_shape),
        "classes": list(splits.classes),
        "mean": [float(value) for value in splits.mean],
        "std": [float(value) for value in splits.std],
        "data": splits.fingerprint,
    }


def _manifest(
    program: Program,
    splits: Splits,
    settings: Settings,
    header: dict[str, Any],
    rows: list[Row],
    test: Scores,
    train_seconds: float,
) -> dict[str, Any]:
    import sklearn

    from cnndsl import __version__

    chosen = best(rows, settings.select)
    return {
        "cnndsl": __version__,
        "settings": settings.as_json(),
        "model": {
            "file": program.graph.source.name,
            "sha256": sha256(program.graph.source.text.encode()).hexdigest(),
            "input": list(program.input_shape),
            **attrs.asdict(program.figures),
        },
        "data": {
            "name": splits.name,
            "sha256": splits.fingerprint,
            "images": {"train": len(splits.train), "valid": len(splits.valid), "test": len(splits.test)},
        },
        "best": {"epoch": chosen.epoch, "weights_sha256": header["sha256"], "valid": attrs.asdict(chosen.valid)},
        "test": attrs.asdict(test),
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "scikit-learn": sklearn.__version__,
        },
        "times": {"train_seconds": round(train_seconds, 3)},
    }

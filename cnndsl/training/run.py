"""The whole job: train, keep the best, load it again, see that it is what was logged, test it, write what was found."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from cnndsl.compiler import Program
from cnndsl.compiler.classes import check_classes
from cnndsl.data import Splits
from cnndsl.errors import DivergedError, InputError, ModelError
from cnndsl.layers._kind import Array
from cnndsl.report import plots
from cnndsl.training.checkpoint import CHECKPOINTS
from cnndsl.training.course import Course
from cnndsl.training.files import prepare_folder, remove_unfinished, write_durably
from cnndsl.training.findings import find
from cnndsl.training.history import Row, best, legacy_test_csv, test_csv
from cnndsl.training.keeper import HISTORY, RESULTS, Keeper
from cnndsl.training.lock import locked
from cnndsl.training.log import EVENTS, opened
from cnndsl.training.loop import EpochDone, Standing, StepDone, steps_per_epoch, train
from cnndsl.training.manifest import MANIFEST, manifest
from cnndsl.training.metrics import Scores, confusion, evaluate
from cnndsl.training.remarks import Remark, loss_of_guessing, of_confusion, of_epoch, of_splits
from cnndsl.training.report import write_report
from cnndsl.training.settings import Settings
from cnndsl.training.weights import WEIGHTS, load_weights, read_header

#: Tells whether to stop, and then what to raise.
Asked = Callable[[], BaseException | None]
Event = StepDone | EpochDone | Remark


@attrs.frozen
class Times:
    """How long training took, and how much of that steps waited for their images; since it was last resumed."""

    train_seconds: float
    waited_seconds: float

    @property
    def waited_share(self) -> float:
        """From 0 to 1."""
        return self.waited_seconds / self.train_seconds


@attrs.frozen(eq=False)
class Result:
    """What a run came to. ``confusion`` counts the test images: rows are true classes, columns predicted ones."""

    best: Row
    test: Scores
    confusion: Array
    rows: tuple[Row, ...]
    times: Times
    files: tuple[Path, ...]


def compile_and_train(
    program: Program,
    splits: Splits,
    settings: Settings,
    folder: Path,
    *,
    resume: Path | None = None,
    legacy_csv: bool = False,
    save_every: float = 300,
    tensorboard: bool = False,
    experiment: Mapping[str, Any] | None = None,
    on_event: Callable[[Event], None] = lambda _event: None,
    hold: Callable[[], AbstractContextManager[Asked]] = lambda: nullcontext(lambda: None),
) -> Result:
    """Train a program and write the run into a folder.

    After each epoch, and within one after ``save_every`` seconds, there is a checkpoint on the disk from which
    ``resume`` goes on; after each epoch that is the best so far, its weights. An earlier run's files stay until this
    one has an epoch to show. ``hold`` gives a context in which whoever wants to stop is heard after each step;
    ``experiment`` is written down for whoever wants to train again.

    Raises
    ------
    ModelError
        The network's output does not fit the data's classes (D501).
    OutputError
        The folder cannot be written to, or belongs to a run that is going on (T606); said before training where it can
        be known then.
    InputError
        What is to be resumed is missing, damaged, or another run (T609).
    DivergedError
        The loss is not finite any more; the best weights so far are on the disk.

    Whatever ends a run that has begun, Ctrl-C included, has a note about which file holds what.
    """
    check_output(program, splits)
    prepare_folder(folder)
    with locked(folder) as remarks:
        for own in (folder, folder / CHECKPOINTS):
            remove_unfinished(own)
        keeper = Keeper(program, splits, settings, folder, legacy_csv, save_every, on_event)
        earlier = _stamp(folder / WEIGHTS)
        over = False
        try:
            with np.errstate(all="ignore"):  # what overflows shows in the loss, which is looked at
                for remark in (*remarks, *of_splits(splits)):
                    on_event(remark)
                since = keeper.resume(resume) if resume else None
                with opened(folder, anew=since is None, tensorboard=tensorboard, on_remark=on_event) as log:
                    times = _train(keeper, since, Course(log, settings, _steps(keeper)), on_event, hold)
                    over = True
                    result = _finish(keeper, times, experiment)
                    log("end", best=result.best.epoch, test=result.test.by_name)
                for remark in of_confusion(result.confusion, "test"):
                    on_event(remark)
                return result
        except BaseException as error:
            place = "after the last epoch" if over else f"in epoch {len(keeper.rows) + 1}"
            error.add_note(f"{place}: {_what_is_kept(folder, earlier)}")
            if keeper.place and not isinstance(error, DivergedError):
                error.add_note(f"hint: the same command with `--resume auto` goes on {keeper.place}")
            raise


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


def _steps(keeper: Keeper) -> int:
    return steps_per_epoch(len(keeper.splits.train), keeper.settings)


def _train(
    keeper: Keeper,
    since: Standing | None,
    course: Course,
    on_event: Callable[[Event], None],
    hold: Callable[[], AbstractContextManager[Asked]],
) -> Times:
    """Train to the end, or until somebody asks to stop: then a checkpoint is written first."""
    splits, settings = keeper.splits, keeper.settings
    guessed = loss_of_guessing(keeper.program.loss, len(splits.classes), splits.train.labels)
    at = (since.epoch, since.steps) if since else (1, 0)
    course.log("start", epoch=at[0], step=at[1], epochs=settings.epochs, steps_per_epoch=course.steps_per_epoch)
    started = time.perf_counter()
    with hold() as asked:
        for event in train(keeper.program, splits, settings, since):
            if isinstance(event, EpochDone):
                row = keeper.keep_epoch(event)
                course.epoch(event, row, best=best(keeper.rows, settings.select) is row)
            else:
                course.step(event)
            on_event(event)
            for remark in _remarks(event, guessed):
                on_event(remark)
            _stop_if_asked(keeper, course, event.standing, asked())
    return Times(time.perf_counter() - started, course.waited)


def _stop_if_asked(keeper: Keeper, course: Course, standing: Standing, stop: BaseException | None) -> None:
    if stop is None and not keeper.is_due():
        return
    path = keeper.save(standing)
    course.log("checkpoint", file=path.name)
    if stop is not None:
        course.log("stopped", epoch=standing.epoch, step=standing.steps)
        raise stop


def _remarks(event: StepDone | EpochDone, guessed: float) -> Iterator[Remark]:
    if isinstance(event, EpochDone):
        yield from of_epoch(event.epoch, event.train_loss, guessed)


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
        return f"no epoch is kept yet, {folder} still holds an earlier run" if earlier else "no epoch is kept yet"
    try:
        header = read_header(path)
    except InputError as error:
        return error.message
    return f"{path} holds epoch {header['epoch']} (validation macro F1 {header['valid']['macro_f1']:.4f})"


def _finish(keeper: Keeper, times: Times, experiment: Mapping[str, Any] | None) -> Result:
    """Load the best network again, see that it is what was logged, test it, and write what was found."""
    program, splits, settings, folder = keeper.program, keeper.splits, keeper.settings, keeper.folder
    rows = keeper.rows
    chosen = best(rows, settings.select)
    keeper.write_history()
    params, state, header = load_weights(folder / WEIGHTS, *program.init(settings.seed))
    again = evaluate(program, params, state, splits.valid, settings.measured)
    if again != chosen.valid:
        message = f"the saved best network scores {again}, its log says {chosen.valid}"
        raise InputError(message, code="T604", hint="please report this: it is a bug of cnndsl")
    test = evaluate(program, params, state, splits.test, settings.measured)
    columns = settings.measured
    table = legacy_test_csv(test, len(splits.test)) if keeper.legacy_csv else test_csv(chosen.epoch, test, columns)
    write_durably(folder / "test.csv", table.encode())
    write_durably(folder / "curves.png", plots.curves(rows, chosen, settings.loss_label))
    matrix = confusion(program, params, state, splits.test)
    write_durably(folder / "confusion.png", plots.confusion(matrix, splits.classes, splits.name))
    text = manifest(
        program,
        splits,
        settings,
        experiment=experiment,
        chosen=chosen,
        weights_sha256=header["sha256"],
        test=test,
        times=attrs.asdict(times),
    )
    write_durably(folder / MANIFEST, text.encode())
    write_report(folder, find(program, params, state, splits, settings, rows, test, matrix))
    files = tuple(folder / name for name in (HISTORY, WEIGHTS, *RESULTS, EVENTS))
    return Result(chosen, test, matrix, tuple(rows), times, files)

"""What a run keeps on the disk while it lasts: its best weights, the epochs so far, and where it stands."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from math import isfinite
from pathlib import Path
from typing import Any

import attrs

from cnndsl.compiler import Program
from cnndsl.data import Splits
from cnndsl.errors import DivergedError, OutputError
from cnndsl.layers._kind import Tree
from cnndsl.report.findings import FINDINGS
from cnndsl.settings import schedules
from cnndsl.training.checkpoint import Checkpoint, identity, load_checkpoint, save_checkpoint
from cnndsl.training.files import write_durably
from cnndsl.training.history import Row, best, history_csv, legacy_history_csv
from cnndsl.training.loop import TAME, EpochDone, Standing, is_over
from cnndsl.training.machine import differences
from cnndsl.training.manifest import MANIFEST, about_weights
from cnndsl.training.remarks import Remark
from cnndsl.training.report import REPORT
from cnndsl.training.settings import Settings
from cnndsl.training.weights import WEIGHTS, save_weights

HISTORY = "history.csv"

#: What is there once training is over. An earlier run's must not stand beside this run's history.
RESULTS = ("test.csv", MANIFEST, "curves.png", "confusion.png", FINDINGS, REPORT)

# Of these the learning rate depends on how many epochs there will be.
_PLANNED = (schedules.Cosine, schedules.Onecycle, schedules.Polynomial)


@attrs.define
class Keeper:
    """Writes a run into its folder; ``every`` so many seconds a checkpoint is written within an epoch.

    An earlier run's files stay until this one has an epoch to show.
    """

    program: Program
    splits: Splits
    settings: Settings
    folder: Path
    legacy_csv: bool
    every: float
    on_remark: Callable[[Remark], None]
    rows: list[Row] = attrs.Factory(list)
    place: str = ""  # where the last checkpoint of this run goes on
    _best: tuple[Tree, Tree] | None = None
    _kept: tuple[Path, ...] = ()
    _identity: dict[str, Any] = attrs.Factory(dict)
    _last_save: float = attrs.Factory(time.monotonic)
    _history_fails: bool = False

    def resume(self, path: Path) -> Standing:
        """Take up a checkpoint: what the folder holds is then what it held when the checkpoint was written.

        Raises
        ------
        InputError
            It is missing, damaged, or of another run.
        """
        found, said = load_checkpoint(path, self.program, self.splits, self.settings)
        for remark in self._withdrawn(said):
            self.on_remark(remark)
        self.rows, self._best, self._kept = list(found.rows), found.best, (path,)
        if self.rows:
            self._write_best()
            self._write_history()
        return found.standing

    def keep_epoch(self, event: EpochDone) -> Row:
        """Note an epoch, and keep its weights where they are the best so far. Returns its row.

        Raises
        ------
        DivergedError
            Its numbers overflowed; what was kept before stays.
        OutputError
            It cannot be written; what was kept before stays.
        """
        row = Row(event.epoch, event.train_loss, event.valid)
        if not isfinite(row.valid.loss):
            message = (
                f"the network's numbers overflowed in epoch {row.epoch}: its loss on validation is {row.valid.loss}"
            )
            raise DivergedError(message, code="T601", hint=TAME)
        rows = [*self.rows, row]
        is_best = best(rows, self.settings.select) is row
        tested = event.carry.tested if is_best else self._best
        self._save(Checkpoint(event.standing, tuple(rows), tested))
        if not self.rows:
            for name in RESULTS:
                (self.folder / name).unlink(missing_ok=True)
        self.rows, self._best = rows, tested
        if is_best:
            self._write_best()
        self._write_history()
        return row

    def is_due(self) -> bool:
        """Whether the last checkpoint is so old that there should be another."""
        return time.monotonic() - self._last_save >= self.every

    def save(self, standing: Standing) -> Path:
        """Write a checkpoint, and return where; errors are those of :meth:`keep_epoch`."""
        return self._save(Checkpoint(standing, tuple(self.rows), self._best))

    def _save(self, checkpoint: Checkpoint) -> Path:
        if not self._identity:
            self._identity = identity(self.program, self.splits, self.settings)
        self._kept = save_checkpoint(self.folder, checkpoint, self._identity, self._kept)
        self._last_save = time.monotonic()
        standing = checkpoint.standing
        within = f" after step {standing.steps}" if standing.steps else ""
        self.place = (
            f"with epoch {standing.epoch}{within}" if not is_over(standing, self.settings) else "to the results"
        )
        return self._kept[-1]

    def write_history(self) -> None:
        """Write the epochs so far; ``OutputError`` if that cannot be."""
        csv = (
            legacy_history_csv(self.rows, len(self.splits.valid))
            if self.legacy_csv
            else history_csv(self.rows, self.settings.select, self.settings.measured)
        )
        write_durably(self.folder / HISTORY, csv.encode())

    def _write_best(self) -> None:
        if self._best is not None:
            row = best(self.rows, self.settings.select)
            about = about_weights(self.program, self.splits, self.settings, row)
            save_weights(self.folder / WEIGHTS, *self._best, about)

    def _write_history(self) -> None:
        # All of it is in the checkpoint too: while training goes on it is a log, and no reason to stop.
        try:
            self.write_history()
        except OutputError as error:
            if not self._history_fails:
                hint = "make room on the disk"
                self.on_remark(Remark("warning", "T610", f"{error.message}; training goes on without it", hint))
            self._history_fails = True

    def _withdrawn(self, said: dict[str, Any]) -> Iterator[Remark]:
        """What keeps the rest of the run from being what it would have been."""
        change = differences(said["machine"], identity(self.program, self.splits, self.settings)["machine"])
        if change:
            message = f"this is another machine than the run was begun on, so its last digits will differ: {change}"
            yield Remark("warning", "T608", message, "go on where it was begun, or begin anew, for equal bits")
        planned = said["settings"]["epochs"]
        if planned != self.settings.epochs and isinstance(self.settings.schedule, _PLANNED):
            message = f"the run was begun for {planned} epochs, and its learning rate followed that"
            hint = "begin anew, for the numbers of a run that was planned so"
            yield Remark("warning", "T608", message, hint)

"""Training in a notebook: one display that changes while it lasts. Elsewhere, what the command line shows."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from cnndsl.cli.progress import Progress
from cnndsl.compiler import Program
from cnndsl.data import Splits
from cnndsl.notebook.history import History
from cnndsl.notebook.live import live_display
from cnndsl.notebook.register import current_shell, is_kernel, register
from cnndsl.training import EpochDone, Settings, StepDone, check_output, train
from cnndsl.training.history import Row, best


class _Display(Protocol):
    def show(self, event: StepDone | EpochDone) -> None: ...


def fit(program: Program, splits: Splits, settings: Settings | None = None) -> History:
    """Train a program and keep the best epoch; nothing is written to the disk.

    Parameters
    ----------
    splits
        What to train on and to validate with; the test part is left alone.
    settings
        The protocol: epochs, batch, optimiser, seed ... Its numbers of images are those that the splits have been made
        with, and play no part here.

    Raises
    ------
    ModelError
        The network's output does not fit the data's classes (D501).
    DivergedError
        A loss is not finite.
    """
    register()
    check_output(program, splits)
    settings = settings or Settings()
    rows: list[Row] = []
    kept = program.init(settings.seed)
    with _display(settings.epochs, len(splits.train), settings.measured) as display:
        for event in train(program, splits, settings):
            if isinstance(event, EpochDone):
                rows.append(Row(event.epoch, event.train_loss, event.valid))
                if best(rows, settings.select) is rows[-1]:
                    kept = event.carry.tested
            display.show(event)
    return History(tuple(rows), best(rows, settings.select), *kept)


def _display(epochs: int, images: int, metrics: Sequence[str]) -> AbstractContextManager[_Display]:
    return live_display(epochs, images) if is_kernel(current_shell()) else Progress(epochs, images, metrics)

"""What a run looks like while it lasts: a bar on a terminal, a line an epoch elsewhere. All on stderr."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from cnndsl.cli import output
from cnndsl.training.loop import EpochDone, StepDone
from cnndsl.training.remarks import Remark


def epoch_line(event: EpochDone, epochs: int, metrics: Sequence[str]) -> str:
    """``epoch  3/10  loss 0.1230  valid: loss 0.1010  accuracy 0.9700  macro F1 0.9700``."""
    width = len(str(epochs))
    return f"epoch {event.epoch:>{width}}/{epochs}  loss {event.train_loss:.4f}  valid: {event.valid.text(metrics)}"


def _shows_bars() -> bool:
    """Whether somebody sees standard error on a terminal that can draw, and has not asked for plain text."""
    if sys.stderr is None or not sys.stderr.isatty():
        return False
    plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") in {None, "", "dumb"}
    return not plain and sys.stderr.encoding.lower().replace("-", "") == "utf8"


class Progress:
    """Shows the events of a run, of scores these metrics; a context manager."""

    def __init__(self, epochs: int, images: int, metrics: Sequence[str]) -> None:
        self._metrics = metrics
        self._epochs = epochs
        self._images = images
        self._bar: Any = None
        self._task: Any = None
        self._began = time.perf_counter()
        self._seen = 0

    def __enter__(self) -> Self:
        if _shows_bars():
            self._open_bar()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.__exit__(kind, error, trace)

    def show(self, event: StepDone | EpochDone | Remark) -> None:
        """Take note of a step or an epoch, or say what there is to say."""
        if isinstance(event, Remark):
            self._say(str(event))
        elif isinstance(event, EpochDone):
            self._say(epoch_line(event, self._epochs, self._metrics))
        elif self._bar is not None:
            self._seen += event.images
            speed = self._seen / (time.perf_counter() - self._began)
            text = f"epoch {event.epoch}/{self._epochs}  loss {event.loss:.3f}  {speed:,.0f} images/s"
            self._bar.update(self._task, advance=event.images, description=text)

    def _open_bar(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        self._bar = Bar(*columns, console=Console(stderr=True), transient=True)
        self._bar.__enter__()
        self._task = self._bar.add_task("epoch 1", total=self._epochs * self._images)

    def _say(self, line: str) -> None:
        if self._bar is None:
            output.message(line)
        else:
            self._bar.console.print(line, highlight=False)

"""What a notebook shows of a run while it lasts: one display, which changes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from cnndsl.notebook.history import curves
from cnndsl.notebook.style import framed
from cnndsl.training import EpochDone, StepDone
from cnndsl.training.history import Row

_PAUSE = 0.25  # seconds between changes of the display


@contextmanager
def live_display(epochs: int, images: int) -> Iterator[Live]:
    """A display of the notebook that this runs in."""
    from IPython import display

    html: Callable[[str], object] = display.HTML
    show: Callable[..., Any] = display.display
    handle = show(html(_bar(0, epochs * images, "epoch 1")), display_id=True)
    live = Live(epochs, images, lambda text: handle.update(html(text)))
    yield live
    live.end()


class Live:
    """What is shown of a run in a notebook: how far it is, and its curves so far."""

    def __init__(self, epochs: int, images: int, update: Callable[[str], object]) -> None:
        self._epochs = epochs
        self._images = images
        self._update = update
        self._rows: list[Row] = []
        self._seen = 0
        self._began = self._shown = time.perf_counter()

    def show(self, event: StepDone | EpochDone) -> None:
        """Take note of a step or an epoch."""
        if isinstance(event, EpochDone):
            self._rows.append(Row(event.epoch, event.train_loss, event.valid))
            self._show(f"epoch {event.epoch} of {self._epochs}, validation accuracy {event.valid.accuracy:.4f}")
            return
        self._seen += event.images
        if time.perf_counter() - self._shown >= _PAUSE:
            speed = self._seen / (time.perf_counter() - self._began)
            self._show(f"epoch {event.epoch} of {self._epochs}, loss {event.loss:.3f}, {speed:,.0f} images/s")

    def end(self) -> None:
        """Leave a line: the history that is returned shows the rest."""
        seconds = time.perf_counter() - self._began
        self._update(framed(f"{len(self._rows)} epochs in {seconds:.1f} s"))

    def _show(self, text: str) -> None:
        self._shown = time.perf_counter()
        bar = _bar(self._seen, self._epochs * self._images, text)
        self._update(framed(bar, *(curves(self._rows, None) if self._rows else [])))


def _bar(seen: int, total: int, text: str) -> str:
    return f'<div><progress value="{seen}" max="{total}"></progress>{text}</div>'

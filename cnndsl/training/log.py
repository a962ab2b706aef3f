"""The course of a run, to be read while it lasts: ``events.jsonl``, an object a line, and TensorBoard where asked for.

A log that cannot be written is no reason to stop: that is said once, and training goes on without it.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from cnndsl.errors import SettingsError
from cnndsl.training.remarks import Remark

EVENTS = "events.jsonl"
TENSORBOARD = "tensorboard"

#: Takes an event's name and what is to be said of it.
Log = Callable[..., None]


@contextmanager
def opened(folder: Path, *, anew: bool, tensorboard: bool, on_remark: Callable[[Remark], None]) -> Iterator[Log]:
    """The log of a run; ``anew`` unless the run goes on with that of before. Times are seconds since 1970."""
    with _event_file(folder / EVENTS, anew=anew) as write_line, _board(folder, tensorboard=tensorboard) as draw:
        writers = [write_line, draw]

        def log(event: str, **said: Any) -> None:
            for writer in tuple(writers):
                try:
                    writer({"event": event, "time": round(time.time(), 3), **said})
                except OSError as error:
                    writers.remove(writer)
                    message = f"the log cannot be written: {error.strerror or error}; training goes on without it"
                    on_remark(Remark("warning", "T610", message, "make room on the disk"))

        yield log


@contextmanager
def _event_file(path: Path, *, anew: bool) -> Iterator[Callable[[dict[str, Any]], None]]:
    state: dict[str, int] = {}

    def write(event: dict[str, Any]) -> None:
        if not state:
            state["file"] = _open(path, anew=anew)
        os.write(state["file"], json.dumps(event).encode() + b"\n")  # at a stroke: no reader sees half a line

    try:
        yield write
    finally:
        if state:
            os.close(state["file"])


def _open(path: Path, *, anew: bool) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0), 0o644)
    with suppress(OSError):  # as of a device
        end = 0 if anew else os.lseek(descriptor, 0, os.SEEK_END)
        # A line that was cut off, as when the power failed, ends no reader's work.
        os.ftruncate(descriptor, end if not end else _whole(descriptor, end))
    return descriptor


def _whole(descriptor: int, end: int) -> int:
    """Where the last whole line ends."""
    first = max(0, end - (1 << 16))
    os.lseek(descriptor, first, os.SEEK_SET)
    return first + os.read(descriptor, end - first).rfind(b"\n") + 1


@contextmanager
def _board(folder: Path, *, tensorboard: bool) -> Iterator[Callable[[dict[str, Any]], None]]:
    if not tensorboard:
        yield lambda _event: None
        return
    writer = _summary_writer(folder / TENSORBOARD)
    try:
        yield lambda event: _draw(writer, event)
    finally:
        with suppress(OSError):
            writer.close()


def _summary_writer(folder: Path) -> Any:
    try:
        from tensorboardX import SummaryWriter
    except ImportError:
        hint = "pip install 'cnndsl[tensorboard]'"
        raise SettingsError("--tensorboard needs the package tensorboardX, which is not installed", hint=hint) from None
    return SummaryWriter(str(folder), flush_secs=10)


def _draw(writer: Any, event: dict[str, Any]) -> None:
    """The numbers of an event as points of curves, over steps or over epochs."""
    if event["event"] == "steps":
        for name in ("loss", "lr", "images_per_second"):
            writer.add_scalar(f"step/{name}", event[name], event["done"])
    elif event["event"] == "epoch":
        writer.add_scalar("epoch/train_loss", event["train_loss"], event["epoch"])
        for name, value in event["valid"].items():
            writer.add_scalar(f"epoch/valid_{name}", value, event["epoch"])
        writer.flush()

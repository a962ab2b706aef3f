"""What the folder of a run says of it: what it was told, how its epochs went, what came of it."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

from cnndsl.errors import InputError
from cnndsl.settings.rules import METRICS
from cnndsl.training.keeper import HISTORY
from cnndsl.training.manifest import MANIFEST
from cnndsl.training.weights import WEIGHTS, read_header

_LARGEST = 1 << 24  # bytes of a manifest or a table
_DEPTH = 4  # of folders below the one that is searched
#: The earlier program's columns; its loss is a sum over the images.
_LEGACY = {"Epoch": "epoch", "Loss": "valid_loss", "Accuracy": "valid_accuracy", "Macro F1": "valid_macro_f1"}


@frozen(eq=False)
class Record:
    """A run, without its weights.

    ``header`` is what the file of the best weights says. ``manifest`` is empty until the run has come to its end.
    ``rows`` are the epochs, as ``history.csv`` has them: ``epoch``, ``train_loss``, ``valid_accuracy`` ...
    """

    folder: Path
    header: Mapping[str, Any]
    manifest: Mapping[str, Any]
    rows: tuple[Mapping[str, float], ...]

    @property
    def is_finished(self) -> bool:
        """Whether it has come to its end."""
        return bool(self.manifest)

    @property
    def settings(self) -> Mapping[str, Any]:
        """What it was told, as the manifest has it."""
        return _part(self.manifest, "settings")

    def said(self, part: str, name: str) -> Any:
        """A value of a part of the manifest, if there is one."""
        return _part(self.manifest, part).get(name)

    def value(self, name: str) -> float | None:
        """A number of it if it has it: ``valid.macro_f1``, ``test.accuracy``, ``parameters``, ``seconds`` ..."""
        part, _, metric = name.rpartition(".")
        if part == "valid":
            return _number(_part(self.header, "valid"), metric)
        if part == "test":
            return _number(_part(self.manifest, "test"), metric)
        if name == "seconds":
            return _number(_part(self.manifest, "times"), "train_seconds")
        return _number(_part(self.manifest, "model"), name)

    def curve(self, column: str) -> tuple[float, ...]:
        """A column of ``history.csv``; nothing where it has no such one."""
        return tuple(row[column] for row in self.rows) if all(column in row for row in self.rows) else ()


#: What runs can be ordered by, as :meth:`Record.value` takes it.
NUMBERS = (*(f"{split}.{metric}" for split in ("valid", "test") for metric in METRICS), "parameters", "seconds")


def open_run(folder: Path) -> Record:
    """What a run's folder says of it.

    Raises
    ------
    InputError
        There is no such folder, or no run in it that has an epoch to show (D503); what it holds is damaged (D510) or of
        another version (D511).
    """
    if not folder.is_dir():
        hint = "name the folder that compile-and-train wrote, its --out"
        raise InputError(f"{folder}: there is no such folder", code="D503", hint=hint)
    if not (folder / WEIGHTS).exists():
        raise _no_run(folder)
    header, manifest = read_header(folder / WEIGHTS), _manifest(folder / MANIFEST)
    return Record(folder, header, manifest, _rows(folder / HISTORY, manifest))


def find_runs(folder: Path) -> Iterator[Path]:
    """The folders of runs at a folder and below it, in order of their names; what is hidden is left out."""
    for place, names, files in os.walk(folder):
        path = Path(place)
        if WEIGHTS in files or {MANIFEST, HISTORY} <= set(files):
            names.clear()
            yield path
        is_deep = len(path.parts) - len(folder.parts) >= _DEPTH
        names[:] = [] if is_deep else sorted(name for name in names if not name.startswith("."))


def _no_run(folder: Path) -> InputError:
    runs = list(find_runs(folder))
    if not runs:
        message, hint = (
            f"{folder} holds no run: there is no {WEIGHTS}",
            "one that has begun shows after its first epoch",
        )
    elif runs == [folder]:
        message, hint = f"{folder} is a run whose {WEIGHTS} is gone", "train it again"
    else:
        message, hint = f"{folder} is not a run, it holds {len(runs)}", f"such as {runs[0]}"
    return InputError(message, code="D503", hint=hint)


def _manifest(path: Path) -> dict[str, Any]:
    text = _read(path)
    if text is None:
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise InputError(f"{path} is damaged: it is no JSON", code="D510") from None
    if not isinstance(found, dict) or not isinstance(found.get("settings"), dict):
        raise InputError(f"{path} is no manifest of a run", code="D511")
    return found


def _rows(path: Path, manifest: Mapping[str, Any]) -> tuple[dict[str, float], ...]:
    text = _read(path)
    if text is None:
        return ()
    try:
        rows = [
            {_LEGACY.get(name, name): float(value) for name, value in row.items()}
            for row in csv.DictReader(text.splitlines())
        ]
    except (ValueError, TypeError, AttributeError, csv.Error):
        raise InputError(f"{path} is damaged: it is no table of numbers", code="D510") from None
    images = _number(_part(_part(manifest, "data"), "images"), "valid")
    if text.startswith("Epoch,") and images:
        return tuple({**row, "valid_loss": row["valid_loss"] / images} for row in rows)
    return tuple(rows)


def _read(path: Path) -> str | None:
    """The text of a file, if it is there."""
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError(f"{path} is larger than {_LARGEST:,} bytes", code="D510")
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise InputError(f"{path} is damaged: it is no text", code="D510") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", code="D503") from None


def _part(whole: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = whole.get(name)
    return found if isinstance(found, dict) else {}


def _number(table: Mapping[str, Any], name: str) -> float | None:
    found = table.get(name)
    return found if isinstance(found, int | float) and not isinstance(found, bool) else None

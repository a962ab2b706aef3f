"""What an ONNX file of ours says beside the network, in its metadata."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from attrs import evolve, frozen

_MODEL, _HASH, _SCALE, _CLASSES = (f"cnndsl.{name}" for name in ("model", "hash", "preprocessing", "classes"))
_LARGE = 1e6


@frozen
class Notes:
    """How images are standardised, ``(pixels / 255 - mean) / std`` by channel, and the classes; empty where unknown."""

    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    classes: tuple[str, ...] = ()


def notes_of(header: Mapping[str, Any]) -> Notes:
    """The notes in the header of a run's weights."""
    return Notes(*(tuple(header.get(name, ())) for name in ("mean", "std", "classes")))


def write_notes(notes: Notes, text: str, fingerprint: str) -> dict[str, str]:
    """The metadata of a model: the network as a model file, the hash of what it says, and the notes as JSON."""
    said = {_MODEL: text, _HASH: fingerprint}
    if notes.mean:
        said[_SCALE] = json.dumps({"mean": notes.mean, "std": notes.std})
    if notes.classes:
        said[_CLASSES] = json.dumps(notes.classes)
    return said


def read_notes(said: Mapping[str, str], channels: int) -> Notes:
    """The notes of a model; what cannot be understood is left out."""
    scale, classes = _json(said, _SCALE), _json(said, _CLASSES)
    mean, std = (_numbers(scale, name, channels) for name in ("mean", "std"))
    named = isinstance(classes, list) and all(isinstance(name, str) for name in classes)
    known = Notes(classes=tuple(classes)) if named else Notes()
    return evolve(known, mean=mean, std=std) if mean and std else known


def _json(said: Mapping[str, str], key: str) -> Any:
    try:
        return json.loads(said.get(key, "null"))
    except (ValueError, RecursionError):
        return None


def _numbers(said: Any, name: str, count: int) -> tuple[float, ...]:
    values = said.get(name) if isinstance(said, dict) else None
    if not isinstance(values, list) or len(values) != count:
        return ()
    known = all(isinstance(value, int | float) and abs(value) < _LARGE for value in values)
    return tuple(map(float, values)) if known else ()

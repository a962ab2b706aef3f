"""Training again what a run's manifest says, and what came out otherwise."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

import attrs
import numpy as np
from attrs import frozen

from cnndsl.errors import InputError
from cnndsl.language import Graph
from cnndsl.language.render import render
from cnndsl.settings import Settings, effective
from cnndsl.settings._fields import changed
from cnndsl.settings.sections import KEYED
from cnndsl.training.keeper import HISTORY
from cnndsl.training.machine import differences
from cnndsl.training.manifest import MANIFEST
from cnndsl.training.tensors import form_of, read_whole
from cnndsl.training.weights import WEIGHTS

_LARGEST = 1 << 24
_TABLES = (HISTORY, "test.csv")


@frozen
class Again:
    """What it takes to train again: a model file's text, settings as ``--set`` takes them, and the form of tables."""

    text: str
    changes: tuple[str, ...]
    legacy_csv: bool


def experiment(
    graph: Graph, settings: Settings, *, seed: int, paths: Mapping[str, Path | None], legacy_csv: bool
) -> dict[str, Any]:
    """What a manifest says for :func:`read_again`: the network written out, and every setting that was in force.

    ``paths`` are where the settings of these names in ``data`` lead.
    """
    places = {key: None if path is None else str(path.resolve()) for key, path in paths.items()}
    exact = attrs.evolve(settings, data=changed(settings.data, **places), train=changed(settings.train, seed=seed))
    rows = effective(exact).rows
    augment = "".join(f"  {row.value}\n" for row in rows if row.section == "augment")
    text = render(attrs.evolve(graph, sections=()))
    return {
        "model": f"{text}\naugment {{\n{augment}}}\n" if augment else text,
        "set": {row.name: row.value for row in rows if row.section in KEYED},
        "legacy_csv": legacy_csv,
    }


def read_again(folder: Path) -> Again:
    """What a run's manifest says.

    Raises
    ------
    InputError
        There is no manifest (D503), or it does not say how to train again (D511).
    """
    said = _manifest(folder).get("experiment")
    match said:
        case {"model": str(text), "set": dict(values), "legacy_csv": bool(legacy)}:
            return Again(text, tuple(f"{name}={value}" for name, value in values.items()), legacy)
    hint = "runs of this version that were begun from the command line can be replayed"
    raise InputError(f"{folder / MANIFEST} does not say how to train again", code="D511", hint=hint)


def compare_runs(there: Path, here: Path) -> tuple[str, ...]:
    """What is otherwise in a run ``here`` than in the one ``there``, a line each; nothing where the bits are equal."""
    found = tuple(_compared(there, here))
    machine = differences(_manifest(there).get("machine", {}), _manifest(here)["machine"])
    return (*found, f"the machine: {machine}") if found and machine else found


def _compared(there: Path, here: Path) -> Iterator[str]:
    before, now = (_manifest(folder)["data"].get("sha256") for folder in (there, here))
    if before != now:
        yield "the images: another hash"
    for name in _TABLES:
        yield from _lines(name, _read(there / name), _read(here / name))
    (old, old_header), (new, new_header) = read_whole(there / WEIGHTS), read_whole(here / WEIGHTS)
    for name in sorted(old.keys() | new.keys()):
        if form_of(old.get(name)) != form_of(new.get(name)):
            yield f"{WEIGHTS}: {name} is {form_of(old.get(name))} there, {form_of(new.get(name))} here"
        elif old[name].tobytes() != new[name].tobytes():
            yield f"{WEIGHTS}: {name} differs by up to {np.abs(old[name] - new[name]).max():.3g}"
    # The model file itself may be another: here it is written out.
    said = [name for name in old_header if name not in {"model", "variables", "sha256"}]
    for name in said:
        if old_header[name] != new_header.get(name):
            yield f"{WEIGHTS}: {name} is {old_header[name]} there, {new_header.get(name)} here"


def _lines(name: str, before: bytes, now: bytes) -> Iterator[str]:
    """The first line that differs."""
    pairs = zip_longest(before.decode("utf-8", "replace").splitlines(), now.decode().splitlines(), fillvalue="nothing")
    for number, (old, new) in enumerate(pairs, 1):
        if old != new:
            yield f"{name}:{number}: {old} there, {new} here"
            return


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        found = json.loads(_read(path))
    except (ValueError, RecursionError):
        raise InputError(f"{path} is damaged: it is no JSON", code="D510") from None
    if not isinstance(found, dict) or not isinstance(found.get("data"), dict):
        raise InputError(f"{path} is no manifest of a run", code="D511")
    return found


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError(f"{path} is larger than {_LARGEST:,} bytes", code="D510")
        return path.read_bytes()
    except OSError as error:
        hint = "name the folder of a run that came to its end"
        raise InputError(f"{path} cannot be read: {error.strerror}", code="D503", hint=hint) from None

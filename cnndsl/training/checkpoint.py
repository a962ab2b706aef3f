"""Checkpoints: where training stands, on the disk, with all that it takes to go on as if it had never stopped.

They lie in a folder of their own, named by the epoch that is going on and the steps of it that are done. The last two
are kept, and each holds the best weights so far as well, so that any of them is enough.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from cnndsl.compiler import Program
from cnndsl.data import Splits
from cnndsl.errors import DivergedError, InputError
from cnndsl.language.render import render
from cnndsl.layers._kind import Array, Tree
from cnndsl.training.files import make_folder, remove_unfinished
from cnndsl.training.history import Row
from cnndsl.training.leaves import leaves, rebuilt
from cnndsl.training.loop import TAME, Standing, start, steps_per_epoch
from cnndsl.training.machine import fingerprint
from cnndsl.training.metrics import Scores
from cnndsl.training.recipe import optimiser_of
from cnndsl.training.remarks import Remark
from cnndsl.training.settings import Settings
from cnndsl.training.tensors import read_header, read_tensors, read_whole, write_tensors

CHECKPOINTS = "checkpoints"
_KEPT = 2
_SUFFIX = ".safetensors"
_NAMES = f"[0-9]*{_SUFFIX}"  # not those of writes that were cut off

# What changes no number, and what changes none of those up to here.
_NOT_SAID = {"processes", "remat"}
_FREE = {"epochs"}


@attrs.frozen(eq=False)
class Checkpoint:
    """Where training stands, the epochs so far, and parameters and state of the best of them, if there is one."""

    standing: Standing
    rows: tuple[Row, ...] = ()
    best: tuple[Tree, Tree] | None = None


def identity(program: Program, splits: Splits, settings: Settings) -> dict[str, Any]:
    """What a checkpoint is of."""
    source = program.graph.source.text
    said = json.loads(json.dumps(settings.as_json()))
    return {
        "model": source,
        "model_sha256": sha256(source.encode()).hexdigest(),
        "network": render(attrs.evolve(program.graph, sections=())),
        "settings": {name: value for name, value in said.items() if name not in _NOT_SAID},
        "data": splits.fingerprint,
        "machine": dict(fingerprint()),
    }


def save_checkpoint(
    folder: Path, checkpoint: Checkpoint, about: Mapping[str, Any], kept: tuple[Path, ...]
) -> tuple[Path, ...]:
    """Write a checkpoint into a run's folder; of the others those that are ``kept`` stay. Returns the last two.

    Raises
    ------
    OutputError
        It cannot be written; those before it are as they were.
    DivergedError
        It holds what is not finite (T601), and is not written.
    """
    folder /= CHECKPOINTS
    standing = checkpoint.standing
    table = dict(leaves(_values(checkpoint)))
    tensors = {name: leaf for name, leaf in table.items() if isinstance(leaf, np.ndarray)}
    _check_finite(standing, tensors)
    numbers = {name: leaf for name, leaf in table.items() if name not in tensors}
    rows = [attrs.asdict(row) for row in checkpoint.rows]
    path = folder / f"{standing.epoch:05}-{standing.steps:07}{_SUFFIX}"
    make_folder(folder)
    remove_unfinished(folder)
    write_tensors(path, tensors, {**about, "numbers": numbers, "rows": rows})
    kept = (*(old for old in kept if old != path), path)[-_KEPT:]
    for other in folder.glob(_NAMES):
        if other not in kept:
            with suppress(OSError):
                other.unlink()
    return kept


def load_checkpoint(
    path: Path, program: Program, splits: Splits, settings: Settings
) -> tuple[Checkpoint, dict[str, Any]]:
    """Read a checkpoint of this very run. Returns it and what it says of the run.

    Raises
    ------
    InputError
        It is missing or damaged, or of another network, other data or other settings (T609).
    """
    said = read_header(path)
    _check_same_run(path, said, identity(program, splits, settings))
    like = _like(program, splits, settings, said)
    tensors, header = read_tensors(path, {name: leaf for name, leaf in leaves(like) if isinstance(leaf, np.ndarray)})
    try:
        whole = rebuilt(like, lambda name: _leaf(name, tensors, header["numbers"]))
        rows = tuple(Row(row["epoch"], row["train_loss"], Scores(**row["valid"])) for row in header["rows"])
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path} is damaged: it lacks {error}", code="D510") from None
    return Checkpoint(whole["standing"], rows, whole["best"]), header


def newest(folder: Path) -> tuple[Path | None, tuple[Remark, ...]]:
    """The whole checkpoint of a run's folder that was written last, if there is one; those passed over are named."""
    dated, remarks = [], []
    for path in (folder / CHECKPOINTS).glob(_NAMES):
        with suppress(OSError):
            dated.append((path.stat().st_mtime_ns, path.name, path))
    for _, _, path in sorted(dated, reverse=True):
        try:
            read_whole(path)
        except InputError as error:
            hint = "the one before it is taken; the end of the run will be the same"
            remarks.append(Remark("warning", "T612", error.message, hint))
        else:
            return path, tuple(remarks)
    return None, tuple(remarks)


def _check_same_run(path: Path, there: Mapping[str, Any], here: Mapping[str, Any]) -> None:
    what = None
    ours, theirs = here["settings"], there.get("settings")
    if not isinstance(theirs, dict):
        raise InputError(f"{path} is no checkpoint", code="D511", hint="they lie in the folder `checkpoints` of a run")
    changed = [name for name, value in ours.items() if name not in _FREE and theirs.get(name) != value]
    if there.get("network") != here["network"]:
        what = "another network"
    elif changed:
        name = changed[0]
        what = f"other settings: {name} is {theirs.get(name)} there, {ours[name]} here"
    elif there.get("data") != here["data"]:
        what = "other images"
    if what:
        hint = "give the file and the options that it was begun with, or begin anew without --resume"
        raise InputError(f"{path} is of a run with {what}", code="T609", hint=hint)


def _check_finite(standing: Standing, tensors: Mapping[str, Array]) -> None:
    for name, array in tensors.items():
        if not np.isfinite(array).all():
            when = f"epoch {standing.epoch}, step {standing.steps}" if standing.steps else f"epoch {standing.epoch - 1}"
            what = name.removeprefix("standing/carry/")
            raise DivergedError(f"the network's numbers overflowed in {when}: {what}", code="T601", hint=TAME)


def _values(checkpoint: Checkpoint) -> dict[str, Any]:
    """What becomes arrays and numbers; the rows are written as they are."""
    return {"standing": checkpoint.standing, "best": checkpoint.best}


def _like(program: Program, splits: Splits, settings: Settings, said: Mapping[str, Any]) -> dict[str, Any]:
    """A value of the form that the checkpoint should have."""
    numbers = said.get("numbers")
    absent = numbers if isinstance(numbers, dict) else {}
    steps = steps_per_epoch(len(splits.train), settings)
    carry = start(program, optimiser_of(settings, steps), settings.seed)
    network = (carry.params, carry.state)
    if "standing/carry/average" not in absent:
        carry = attrs.evolve(carry, average=network)
    return _values(Checkpoint(Standing(carry), (), None if "best" in absent else network))


def _leaf(name: str, tensors: Mapping[str, Array], numbers: Mapping[str, Any]) -> Any:
    if name in tensors:
        return tensors[name]
    number = numbers[name]
    if number is not None and type(number) not in {int, float}:
        raise TypeError(name)
    return number

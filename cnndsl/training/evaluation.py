"""How good the network of a run is on a part of its own data, or on other data altogether."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from attrs import frozen

from cnndsl.data import Dataset, Labelled, Split, load, make_splits
from cnndsl.errors import InputError, SettingsError
from cnndsl.language.source import Source
from cnndsl.layers._fields import spell
from cnndsl.layers._kind import Array
from cnndsl.settings import Data, read_settings
from cnndsl.settings.overrides import read_override
from cnndsl.settings.rules import METRICS, TOP
from cnndsl.training.manifest import MANIFEST
from cnndsl.training.metrics import ClassScores, Scores, confusion_of, judge, per_class
from cnndsl.training.record import Record, open_run
from cnndsl.training.remarks import Remark
from cnndsl.training.settings import Settings
from cnndsl.training.trained import Trained, load_trained

_CHUNK = 1024  # images at a time: what is held in single precision beside them stays small
_SHOWN = 10  # names of classes in a message


@frozen(eq=False)
class Evaluation:
    """What a network is worth on a part of some data.

    ``metrics`` are those that say something about so many classes; ``confusion`` has true classes as its rows.
    """

    epoch: int
    data: str
    split: str
    classes: tuple[str, ...]
    metrics: tuple[str, ...]
    scores: Scores
    per_class: tuple[ClassScores, ...]
    confusion: Array
    remarks: tuple[Remark | str, ...] = ()


def evaluate_run(folder: Path, split: str, *, data: str | None = None, data_dir: Path | None = None) -> Evaluation:
    """Score a run's network on a split of ``data``, without which it is that of the run itself.

    Raises
    ------
    InputError
        There is no run (D503), or it is damaged; there are no such data; their images are of another shape (D509).
    SettingsError
        The data have other classes (D501), or no such part (D504).
    """
    run, trained = open_run(folder), load_trained(folder)
    found = _of_own(run, trained, split, data_dir) if data is None else _of_other(trained, data, split, data_dir)
    predicted, count = found.scores.argmax(axis=1), len(trained.classes)
    metrics = tuple(metric for metric in METRICS if TOP.get(metric, 1) < count)
    return Evaluation(
        int(run.header.get("epoch", 0)),
        found.name,
        split,
        trained.classes,
        metrics,
        judge(trained.program, found.scores, found.labels, metrics),
        per_class(found.labels, predicted, count),
        confusion_of(found.labels, predicted, count),
        found.remarks,
    )


@frozen(eq=False)
class _Scored:
    """Scores ``(N, K)`` and labels ``(N,)`` of a part of the data of a name."""

    name: str
    scores: Array
    labels: Array
    remarks: tuple[Remark | str, ...] = ()


def _of_other(trained: Trained, data: str, split: str, data_dir: Path | None) -> _Scored:
    """All of a part of a data set, or of images of one's own."""
    dataset = load(data, data_dir=data_dir, sizes=(None, None, None), shape=_shape(trained))
    _check_shape(dataset, trained)
    part: Labelled | None = getattr(dataset, split)
    if part is None or not len(part):
        there = ", ".join(f"--split {name}" for name in ("train", "valid", "test") if getattr(dataset, name))
        hint = f"{there}; without --data the images are those that the run itself has set apart"
        raise SettingsError(f"{dataset.name} has no {split} part of its own", code="D504", hint=hint)
    labels = _in_order(part.labels, dataset, trained.classes)
    pieces = [trained.scores(part.images[start : start + _CHUNK]) for start in range(0, len(labels), _CHUNK)]
    return _Scored(dataset.name, np.concatenate(pieces), labels, tuple(dataset.remarks))


def _of_own(run: Record, trained: Trained, split: str, data_dir: Path | None) -> _Scored:
    """A part of a run's own data, as it was drawn for training."""
    if not run.is_finished:
        message = f"{run.folder} has no manifest: the run goes on, or was cut off, and does not say what its images are"
        raise InputError(message, code="D503", hint="name them with --data, or finish the run")
    try:
        told, data = run.settings, _data_settings(run)
        sizes = told["train"], told["valid"], told["test"]
        images = Path(data.images) if data.images else data.name
        folder = data_dir or (Path(data.dir) if data.dir else None)
        base, bad = data.label_base, data.skip_bad
        dataset = load(images, data_dir=folder, sizes=sizes, label_base=base, shape=_shape(trained), skip_bad=bad)
        _check_shape(dataset, trained)
        names = {"balanced": "balance"} | {name: name for name in ("train", "valid", "test", "seed", "scale")}
        folds = Settings(fold=told.get("fold")).folds
        splits = make_splits(dataset, **{name: told[key] for name, key in names.items()}, folds=folds)
    except (KeyError, TypeError) as error:
        raise InputError(f"{run.folder / MANIFEST} lacks {error}", code="D511", hint="train it again") from None
    part: Split = getattr(splits, split)
    scores = trained.program.scores(trained.params, trained.state, part.images)
    remarks = tuple(dataset.remarks)
    if splits.fingerprint == trained.header.get("data"):
        return _Scored(dataset.name, scores, part.labels, remarks)
    message = f"these images of {dataset.name} are not those of the run: they have another hash"
    hint = "--data-dir names the folder with the files that were used"
    return _Scored(dataset.name, scores, part.labels, (*remarks, Remark("warning", "T614", message, hint)))


def _data_settings(run: Record) -> Data:
    """The ``data`` section that was in force; of a run that was begun from Python, which has none, the set's name."""
    changes = run.said("experiment", "set") or {"data.name": run.manifest["data"]["name"]}
    given = [read_override(f"{name}={value}")[0] for name, value in changes.items() if name.startswith("data.")]
    settings, _ = read_settings(Source(str(run.folder), ""), (), tuple(filter(None, given)))
    return settings.data


def _shape(trained: Trained) -> tuple[int, int, int]:
    channels, height, width = trained.program.input_shape
    return channels, height, width


def _check_shape(dataset: Dataset, trained: Trained) -> None:
    wanted = trained.program.input_shape
    if dataset.shape != wanted:
        message = f"the images of {dataset.name} are {spell(dataset.shape)}, the network takes {spell(wanted)}"
        raise InputError(message, code="D509", hint="name other data with --data")


def _in_order(labels: Array, dataset: Dataset, classes: tuple[str, ...]) -> Array:
    """The labels ``(N,)`` of a data set as the network numbers its classes, which it knows by their names."""
    if dataset.classes == classes:
        return labels
    unknown = [name for name in dataset.classes if name not in classes]
    if unknown:
        message = f"{dataset.name} has classes that the network was not trained to tell apart: {_few(unknown)}"
        raise SettingsError(message, code="D501", hint=f"it knows {_few(classes)}")
    numbers = np.array([classes.index(name) for name in dataset.classes])
    renumbered: Array = numbers[labels]
    return renumbered


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")

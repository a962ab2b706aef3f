"""What a run keeps for its report: everything on the page that the weights and the manifest do not say.

It is a value, and a JSON file in the run's folder; pictures are PNG files, in base64 there.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Any

import attrs
from attrs import field, frozen

#: The name of the file in a run's folder.
FINDINGS = "findings.json"
_SCHEMA = 1


def _png(value: bytes | str) -> bytes:
    return b64decode(value, validate=True) if isinstance(value, str) else value


def _pairs(rows: Sequence[Sequence[float]]) -> tuple[tuple[float, float], ...]:
    return tuple((float(x), float(y)) for x, y in rows)


def _counts(rows: Sequence[Sequence[int]]) -> tuple[tuple[int, ...], ...]:
    matrix = tuple(tuple(int(count) for count in row) for row in rows)
    if not matrix or any(len(row) != len(matrix) for row in matrix):
        raise ValueError("the confusion matrix is not square")
    return matrix


@frozen
class Epoch:
    """An epoch's mean training loss, and the scores on validation after it."""

    number: int = field(converter=int)
    train_loss: float = field(converter=float)
    valid_loss: float = field(converter=float)
    accuracy: float = field(converter=float)
    macro_f1: float = field(converter=float)


@frozen
class Mistake:
    """A test image that was taken for another class: a PNG, the classes, and the probabilities that each was given."""

    picture: bytes = field(converter=_png)
    true: int = field(converter=int)
    predicted: int = field(converter=int)
    p_true: float = field(converter=float)
    p_predicted: float = field(converter=float)


@frozen
class Activity:
    """How many channels (or units of a vector) of an activation never change over the images that were looked at."""

    path: str = field(converter=str)
    units: int = field(converter=int)
    silent: int = field(converter=int)


@frozen
class Slope:
    """The Euclidean norms of a layer's gradient and of its weights."""

    path: str = field(converter=str)
    gradient: float = field(converter=float)
    weights: float = field(converter=float)


@frozen
class Sample:
    """The image that is shown layer by layer: its channels below one another, as a grey PNG, and its class."""

    channels: bytes = field(converter=_png)
    label: int = field(converter=int)


@frozen
class Findings:
    """What was found about a trained network.

    ``rates`` are (epochs done, learning rate). ``confusion`` counts test images: rows are true classes. ``mistakes``
    are the worst of ``mistaken``, the least probable true class first. ``activity`` is over ``observed`` test images,
    ``slopes`` are of the mean loss of ``sloped`` training images.
    """

    classes: tuple[str, ...]
    loss_label: str = field(converter=str)
    best_epoch: int = field(converter=int)
    test_loss: float = field(converter=float)
    epochs: tuple[Epoch, ...]
    rates: tuple[tuple[float, float], ...] = field(converter=_pairs)
    confusion: tuple[tuple[int, ...], ...] = field(converter=_counts)
    mistakes: tuple[Mistake, ...]
    observed: int = field(converter=int)
    activity: tuple[Activity, ...]
    sloped: int = field(converter=int)
    slopes: tuple[Slope, ...]
    sample: Sample

    def __attrs_post_init__(self) -> None:
        known = range(len(self.confusion))
        named = {self.sample.label, *(label for one in self.mistakes for label in (one.true, one.predicted))}
        if len(self.classes) != len(known) or not named <= set(known):
            raise ValueError("classes are named that there are not")

    @property
    def mistaken(self) -> int:
        """Test images that were taken for another class."""
        return self.tested - sum(self.confusion[number][number] for number in range(len(self.classes)))

    @property
    def tested(self) -> int:
        """Test images."""
        return sum(map(sum, self.confusion))


_ROWS: dict[str, type] = {"epochs": Epoch, "mistakes": Mistake, "activity": Activity, "slopes": Slope}


def write_findings(findings: Findings) -> str:
    """The file's text; equal findings give equal text."""
    return json.dumps({"schema": _SCHEMA, **attrs.asdict(findings)}, default=_text, separators=(",", ":")) + "\n"


def read_findings(text: str | bytes) -> Findings:
    """Findings from the file's text. Raises ``ValueError``, with what is wrong, where it is none of ours."""
    try:
        given = json.loads(text)
        if given.pop("schema") != _SCHEMA:
            raise ValueError(f"it is not of schema {_SCHEMA}")
        rows: dict[str, Any] = {name: tuple(cls(**row) for row in given.pop(name)) for name, cls in _ROWS.items()}
        classes, sample = tuple(map(str, given.pop("classes"))), Sample(**given.pop("sample"))
        return Findings(**given, **rows, classes=classes, sample=sample)
    except (AttributeError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError(f"it is not what a run writes ({error})") from None


def _text(value: object) -> str:
    if not isinstance(value, bytes):
        raise TypeError(f"{type(value).__name__} has no place in a JSON file")
    return b64encode(value).decode()

"""One's own images as NumPy arrays: an ``.npz``, or a folder of ``.npy`` files with the names that its members have.

``images`` (or ``x``, ``data``) and ``labels`` (or ``y``, ``target``), with ``train_``, ``valid_`` or ``test_`` before
them (``x_train`` is the same) where the parts are apart; ``classes`` are names, if there are any. Images are (N, H, W),
(N, C, H, W) or (N, H, W, C); uint8, whole numbers from 0 to 255, or floats from 0 to 1 or from 0 to 255.

What is stored as it is, is mapped and not read into memory; what is compressed is unpacked once. Nothing is unpickled.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import frozen

from cnndsl.data.dataset import Dataset, Images, Labelled, Labels, Pixels
from cnndsl.data.files import StrPath, based, check_labels, missing, wrong_format
from cnndsl.data.packed import Packed, open_packed
from cnndsl.data.parts import PARTS, numbered, own_dataset, part_called
from cnndsl.data.storage import images_at_a_time
from cnndsl.errors import InputError

Array = npt.NDArray[Any]
Shape = tuple[int, int, int]

_IMAGES = ("images", "x", "data")
_LABELS = ("labels", "y", "target", "targets")
_HINT = "name the arrays `images` and `labels`, or `train_images`, `train_labels`, `test_images`, `test_labels`"
_CHANNELS = (1, 3)


def read_arrays(path: StrPath, shape: Shape | None = None, *, label_base: int = 0) -> Dataset:
    """Read the images and labels of an ``.npz``, or of a folder of ``.npy`` files.

    ``shape`` is what the network takes, if that is known: it tells (N, C, H, W) from (N, H, W, C) where both could be.
    Classes are numbered from ``label_base``.

    Raises InputError: D503 an array that is not there, D509 images of another shape, D510 damaged, D511 other arrays,
    pickles among them, D512 images and labels that differ in number, D513 a label that is no class, D515 pixels that
    are none.
    """
    path = Path(path)
    with open_packed(path) as packed:
        names = _names_of(packed)
        pairs = _pairs(path, names)
        labels = {part: _labels(packed, name, label_base) for part, (_, name) in pairs.items()}
        classes = _classes(packed, names, labels)
        parts = {}
        for part, (name, label_name) in pairs.items():
            images = _images(packed, name, shape)
            where = f"{path}: {label_name}"
            if images.shape[0] != len(labels[part]) or not len(labels[part]):
                counts = f"{images.shape[0]:,} images in {name}, {len(labels[part]):,} labels in {label_name}"
                raise InputError(f"{path}: {counts}", code="D512", hint="an image and its label have the same place")
            check_labels(where, labels[part], len(classes))
            parts[part] = Labelled(images, labels[part])
    return own_dataset(path, parts, classes, f"the arrays in {path}")


def _names_of(packed: Packed) -> dict[tuple[str, str], str]:
    """Members by part (empty where there are none) and role, the first of several spellings."""
    found: dict[tuple[str, str], str] = {}
    for name in packed.names:
        words = name.lower().split("_")
        part = next((known for word in words if (known := part_called(word))), "")
        rest = "_".join(word for word in words if not part_called(word))
        role = "images" if rest in _IMAGES else "labels" if rest in _LABELS else rest
        found.setdefault((part, role), name)
    return found


def _pairs(path: Path, names: dict[tuple[str, str], str]) -> dict[str, tuple[str, str]]:
    """The names of the images and the labels of each part; of data in one part, that is ``train``."""
    pairs = {}
    for part in ("", *PARTS):
        images, labels = names.get((part, "images")), names.get((part, "labels"))
        if images and labels:
            pairs[part or "train"] = (images, labels)
        elif images or labels:
            raise missing(path, f"{images or labels} has no {'labels' if images else 'images'} beside it", _HINT)
    if "train" not in pairs:
        there = ", ".join(names.values()) or "nothing"
        raise missing(path, f"no images and labels to train on; there is {there}", _HINT)
    return pairs


def _labels(packed: Packed, name: str, label_base: int) -> Labels:
    labels = packed.read(name)
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim != 1 or labels.dtype.kind not in "iu":
        found = f"{name} is {labels.dtype} {labels.shape}, labels are whole numbers (N,)"
        raise wrong_format(packed.path, found, "number the classes from 0")
    return based(f"{packed.path}: {name}", labels, label_base)


def _classes(packed: Packed, names: dict[tuple[str, str], str], labels: dict[str, Labels]) -> tuple[str, ...]:
    """The names that are there, or as many numbers as the training labels have."""
    name = names.get(("", "classes"))
    if name is None:
        return numbered(labels["train"])
    given = packed.read(name)
    if given.ndim != 1 or given.dtype.kind not in "US":
        raise wrong_format(packed.path, f"{name} is {given.dtype} {given.shape}, class names are texts (K,)", _HINT)
    return tuple(one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one) for one in given.tolist())


def _images(packed: Packed, name: str, shape: Shape | None) -> Images:
    values = packed.mapped(name)
    where = f"{packed.path}: {name}"
    if values.ndim not in {3, 4}:
        raise wrong_format(where, f"has the shape {values.shape}", "images are (N, H, W), (N, C, H, W) or (N, H, W, C)")
    first = _channels_first(where, values, shape)
    if first.dtype == np.uint8:
        return first
    return Rescaled(first, _factor(where, first))


def _channels_first(where: str, values: Array, shape: Shape | None) -> Array:
    """A view (N, C, H, W)."""
    views = [values[:, np.newaxis]] if values.ndim == 3 else [values, values.transpose(0, 3, 1, 2)]
    if shape:
        fitting = [view for view in views if view.shape[1:] == shape]
        if not fitting:
            found = "x".join(map(str, views[0].shape[1:]))
            message = f"{where}: the images are {found}, the network takes {'x'.join(map(str, shape))}"
            raise InputError(message, code="D509", hint=f"write `input {found}`, or store them as the network wants")
        return fitting[0]
    fitting = [view for view in views if view.shape[1] in _CHANNELS]
    if not fitting:
        raise wrong_format(where, f"has the shape {values.shape}: no axis of 1 or 3 channels", "say `input CxHxW`")
    return fitting[0]


@frozen(eq=False)
class Rescaled:
    """Numbers that become pixels from 0 to 255 when they are read."""

    values: Array
    factor: float

    @property
    def shape(self) -> tuple[int, ...]:
        """(N, C, H, W)."""
        return self.values.shape

    def __getitem__(self, which: Any, /) -> Pixels:
        """Those that are picked, rounded to the nearest of 256 values."""
        pixels: Pixels = np.rint(self.values[which].astype(np.float64) * self.factor).astype(np.uint8)
        return pixels


def _factor(where: str, values: Array) -> float:
    """What makes 0 to 255 of the values, all of which are looked at; D515 where they are no pixels."""
    if values.dtype.kind not in "buif":
        raise wrong_format(where, f"is {values.dtype}, pixels are numbers", "uint8 is usual")
    least, most = 0.0, 0.0
    step = images_at_a_time(values.shape[1:], values.itemsize)
    for start in range(0, len(values), step):
        piece = values[start : start + step].astype(np.float64)
        wrong = ~np.isfinite(piece)
        if wrong.any():
            _refuse_pixel(where, piece, wrong, start)
        least, most = min(least, piece.min(initial=0)), max(most, piece.max(initial=0))
        wrong = (piece < 0) | (piece > 255)
        if wrong.any():
            _refuse_pixel(where, piece, wrong, start)
    return 255.0 if values.dtype.kind in "bf" and most <= 1 else 1.0


def _refuse_pixel(where: str, piece: Array, wrong: Array, start: int) -> None:
    index = int(np.flatnonzero(wrong.reshape(len(wrong), -1).any(axis=1))[0])
    value = piece[index][wrong[index]][0]
    message = f"{where}: image {start + index} has a pixel of {value:g}"
    raise InputError(message, code="D515", hint="pixels are from 0 to 255, or as floats from 0 to 1")

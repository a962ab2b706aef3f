"""Images that lie in files of their own, read when they are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from attrs import frozen

from cnndsl.data.dataset import Dataset, Labelled, Pixels
from cnndsl.data.images import Shape, picture_shape, read_pixels
from cnndsl.data.parts import own_dataset
from cnndsl.errors import InputError

#: Paths of images with their labels, by part.
Listed = Mapping[str, Sequence[tuple[str, int]]]
_NAMED = 3  # of the images that were left out


@frozen(eq=False)
class ImageFiles:
    """Files of images, each of which becomes uint8 ``(C, H, W)`` when it is read."""

    paths: Sequence[str]
    image_shape: Shape

    @property
    def shape(self) -> tuple[int, ...]:
        """(N, C, H, W)."""
        return len(self.paths), *self.image_shape

    def __getitem__(self, which: Any, /) -> Pixels:
        """Those that a slice or an array of indices picks, decoded; InputError names the one that cannot be."""
        indices = np.arange(len(self.paths))[which]
        pixels = np.empty((len(indices), *self.image_shape), np.uint8)
        for place, index in enumerate(indices):
            pixels[place] = read_pixels(self.paths[index], self.image_shape)
        return pixels


def dataset_of_files(
    path: Path,
    listed: Listed,
    classes: tuple[str, ...],
    shape: Shape | None,
    *,
    skip_bad: bool,
    source: str,
    remarks: Sequence[str] = (),
) -> Dataset:
    """A data set of image files in one ``shape``; without one they all have to have the same.

    With ``skip_bad`` every image is decoded at once, and those that cannot be are left out and named in the remarks.
    Raises InputError: D509 where the images are of several sizes, D514 where there is nothing to tell apart, and what
    :func:`~cnndsl.data.images.picture_shape` raises.
    """
    if skip_bad:
        listed, bad = _without_bad(listed)
        remarks = (*remarks, *_about_bad(bad))
    if shape is None and len({label for _, label in listed.get("train", ())}) > 1:
        shape = _common_shape(one for one, _ in chain.from_iterable(listed.values()))
    parts = {part: _labelled(entries, shape or (1, 1, 1)) for part, entries in listed.items()}
    return own_dataset(path, parts, classes, source, remarks)


def bad_images(listed: Listed) -> Iterator[InputError]:
    """What is wrong with each image that cannot be decoded."""
    for path, _ in chain.from_iterable(listed.values()):
        error = _fault(path)
        if error:
            yield error


def _without_bad(listed: Listed) -> tuple[Listed, list[InputError]]:
    bad: list[InputError] = []
    good: dict[str, list[tuple[str, int]]] = {}
    for part, entries in listed.items():
        kept = good.setdefault(part, [])
        for entry in entries:
            error = _fault(entry[0])
            if error:
                bad.append(error)
            else:
                kept.append(entry)
    return good, bad


def _fault(path: str) -> InputError | None:
    try:
        read_pixels(path, (3, 8, 8))
    except InputError as error:
        return error
    return None


def _about_bad(bad: Sequence[InputError]) -> Iterator[str]:
    if bad:
        more = f" and {len(bad) - _NAMED:,} more" if len(bad) > _NAMED else ""
        first = "; ".join(error.message for error in bad[:_NAMED])
        yield f"{len(bad):,} bad image{'s' * (len(bad) > 1)} left out: {first}{more}"


def _common_shape(paths: Iterable[str]) -> Shape:
    """The size that all pictures have, with 3 channels where one has colours. InputError D509 where sizes differ."""
    found: tuple[str, Shape] | None = None
    channels = 1
    for path in paths:
        shape = picture_shape(path)
        channels = max(channels, shape[0])
        found = found or (path, shape)
        if shape[1:] != found[1][1:]:
            sizes = " and ".join(f"{one} is {width} x {height}" for one, (_, height, width) in (found, (path, shape)))
            message = f"the images have several sizes: {sizes}"
            raise InputError(message, code="D509", hint="say in the model file which they are to have: `input 3x64x64`")
    _, height, width = found[1] if found else (0, 0, 0)
    return channels, height, width


def _labelled(entries: Sequence[tuple[str, int]], shape: Shape) -> Labelled:
    labels = np.array([label for _, label in entries], np.int64)
    return Labelled(ImageFiles(tuple(path for path, _ in entries), shape), labels)

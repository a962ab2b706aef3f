"""One's own images in a folder that has a folder for each class, perhaps below ``train``, ``valid`` and ``test``.

A class is called as its folder is; classes are in the order of their names, numbers among them in that of numbers.
Images are what has the suffix of an image, in a class folder or in one below it; links are followed, each folder once.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from cnndsl.data.dataset import Dataset
from cnndsl.data.files import StrPath, is_directory, missing
from cnndsl.data.image_files import Listed, dataset_of_files
from cnndsl.data.images import SUFFIXES, Shape
from cnndsl.data.parts import part_called
from cnndsl.errors import InputError

_HINT = "a folder for each class, with its images in it; or such folders below `train`, `valid` and `test`"
_NAMED = 3  # of the files that were passed over
_OF_SYSTEMS = {"thumbs.db", "desktop.ini"}  # what file managers leave behind

Found = dict[str, dict[str, list[str]]]  # paths by part and class


def read_folder(path: StrPath, shape: Shape | None = None, *, skip_bad: bool = False) -> Dataset:
    """Find the images below a folder; they are decoded when they are asked for, in the ``shape`` of the network.

    Raises InputError: D503 where there is no such folder, D514 where classes are empty, unknown or only one, and what
    :func:`~cnndsl.data.image_files.dataset_of_files` raises.
    """
    path = Path(path)
    listed, classes, remarks = list_folder(path)
    source = f"the images in {path}"
    return dataset_of_files(path, listed, classes, shape, skip_bad=skip_bad, source=source, remarks=remarks)


def list_folder(path: Path) -> tuple[Listed, tuple[str, ...], tuple[str, ...]]:
    """The images below a folder by part, the classes, and what was passed over."""
    passed: list[str] = []
    found = _find(path, passed)
    classes = sorted(found["train"], key=_order)
    for part, own in found.items():
        _check_classes(path, part, own, classes)
    number = {name: label for label, name in enumerate(classes)}
    listed = {
        part: [(one, number[name]) for name in sorted(own, key=_order) for one in own[name]]
        for part, own in found.items()
    }
    return listed, tuple(map(_readable, classes)), _about_passed(passed)


def _find(path: Path, passed: list[str]) -> Found:
    folders, files = _entries(path)
    if not folders:
        lone = "the images are in no class" if any(map(_is_image, files)) else "there are no folders in it"
        raise InputError(f"{path}: {lone}", code="D514", hint=_HINT)
    parts = {part_called(Path(folder).name): folder for folder in folders if part_called(Path(folder).name)}
    if "train" in parts and _entries(parts["train"])[0]:
        apart = {folder for folder in folders if not part_called(Path(folder).name)}
        passed += [*files, *apart]
        return {part: _by_class(parts[part], passed) for part in ("train", "valid", "test") if part in parts}
    return {"train": _by_class(path, passed)}


def _by_class(folder: StrPath, passed: list[str]) -> dict[str, list[str]]:
    folders, files = _entries(folder)
    stray = next(filter(_is_image, files), None)
    if stray:
        raise InputError(f"{stray}: the image is in no class", code="D514", hint=_HINT)
    passed += files
    return {Path(one).name: list(_images_below(one, passed)) for one in folders}


def _images_below(folder: str, passed: list[str]) -> Iterator[str]:
    """Each image, in the order of the paths; a folder that is met again, as in a circle of links, is passed by."""
    seen: set[tuple[int, int]] = set()
    left = [folder]
    while left:
        here = left.pop()
        mark = _identity(here)
        if mark in seen:
            continue
        seen.add(mark)
        folders, files = _entries(here)
        left += reversed(folders)
        for file in files:
            if _is_image(file):
                yield file
            else:
                passed.append(file)


def _identity(folder: StrPath) -> tuple[int, int]:
    found = Path(folder).stat()
    return found.st_dev, found.st_ino


def _entries(folder: StrPath) -> tuple[list[str], list[str]]:
    """The folders and the files in a folder, in order, without what is hidden."""
    try:
        with os.scandir(folder) as found:
            shown = [one for one in found if not one.name.startswith(".") and one.name.lower() not in _OF_SYSTEMS]
        folders = sorted(one.path for one in shown if is_directory(one.path))
    except FileNotFoundError:
        raise missing(folder, "no such folder") from None
    except OSError as error:
        raise missing(folder, f"cannot be read: {error.strerror or error}") from error
    within = set(folders)
    return folders, sorted(one.path for one in shown if one.path not in within)


def _is_image(path: str) -> bool:
    return Path(path).suffix.lower() in SUFFIXES


def _check_classes(path: Path, part: str, own: dict[str, list[str]], classes: list[str]) -> None:
    for name, images in own.items():
        where = f"{path}: class `{_readable(name)}`" + (f" of {part}" if part != "train" else "")
        if not images:
            raise InputError(f"{where} has no images", code="D514", hint="put images into its folder, or remove it")
        if name not in classes:
            hint = f"the classes of train are {', '.join(map(_readable, classes[:10]))}"
            raise InputError(f"{where} is none of those to train on", code="D514", hint=hint)


def _order(name: str) -> tuple[bool, int, str]:
    whole = name.isascii() and name.isdigit() and len(name) < 19
    return not whole, int(name) if whole else 0, name


def _readable(name: str) -> str:
    """A name of a folder as text that can be written anywhere, also where its bytes are no UTF-8."""
    return os.fsencode(name).decode("utf-8", "replace")


def _about_passed(passed: list[str]) -> tuple[str, ...]:
    if not passed:
        return ()
    more = " ..." if len(passed) > _NAMED else ""
    what = "1 entry that is no image was" if len(passed) == 1 else f"{len(passed):,} entries that are no images were"
    return (f"{what} passed over: {', '.join(sorted(passed)[:_NAMED])}{more}",)

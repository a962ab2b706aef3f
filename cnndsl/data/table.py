"""One's own images in a table: a CSV file of paths and labels, and of the part that each is for, if the file says.

The first line may name the columns: ``path`` (or file, filename, image), ``label`` (or class, target) and ``split`` (or
part). Without names they are in this order. Paths are seen from the file; commas, semicolons or tabs part the columns.
Labels that are all whole numbers are the numbers of classes; any others are names.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from attrs import frozen

from cnndsl.data.dataset import Dataset
from cnndsl.data.files import StrPath, based, check_labels, corrupt, open_regular, refuse_html, wrong_format
from cnndsl.data.image_files import Listed, dataset_of_files
from cnndsl.data.images import Shape
from cnndsl.data.parts import numbered, part_called
from cnndsl.errors import InputError, clip

_COLUMNS = {
    "path": {"path", "file", "filename", "image", "file_name"},
    "label": {"label", "class", "target", "category"},
    "split": {"split", "part", "subset", "set"},
}
_HINT = "lines such as `cats/1.png,cat`, with a first line `path,label` or without"
_MOST_BYTES = 1 << 28


@frozen
class Row:
    """A line of the table; ``part`` is ``train`` where the file does not say."""

    line: int
    path: str
    label: str
    part: str


def read_table(path: StrPath, shape: Shape | None = None, *, label_base: int = 0, skip_bad: bool = False) -> Dataset:
    """Read which images a CSV file lists; they are decoded when they are asked for, in the ``shape`` of the network.

    Raises InputError: D503 not there, D510 damaged, D511 no table, each with the line; D502 or D513 for labels that are
    numbers and no classes, D514 where there is nothing to tell apart, and what
    :func:`~cnndsl.data.image_files.dataset_of_files` raises.
    """
    path = Path(path)
    listed, classes = list_table(path, label_base)
    source = f"the images that {path} lists"
    return dataset_of_files(path, listed, classes, shape, skip_bad=skip_bad, source=source)


def list_table(path: Path, label_base: int = 0) -> tuple[Listed, tuple[str, ...]]:
    """The images that a table lists, by part, and the classes."""
    rows = tuple(_rows(path, _text(path)))
    labels, classes = _numbers(path, rows, label_base)
    listed: dict[str, list[tuple[str, int]]] = {}
    for row, label in zip(rows, labels, strict=True):
        listed.setdefault(row.part, []).append((str(path.parent / row.path), label))
    return listed, classes


def _text(path: Path) -> str:
    with open_regular(path) as file:
        data = file.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise wrong_format(path, f"is larger than {_MOST_BYTES:,} bytes", _HINT)
    refuse_html(path, data[:100])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise wrong_format(
            f"{path}:{line}", f"byte 0x{data[error.start]:02x} is not UTF-8", "save it as UTF-8"
        ) from None


def _rows(path: Path, text: str) -> Iterator[Row]:
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns: dict[str, int] | None = None
    try:
        for values in reader:
            if not any(value.strip() for value in values):
                continue
            if columns is None:
                columns = _header(values)
                if columns:
                    continue
                columns = dict(zip(_COLUMNS, range(len(values)), strict=False))
            yield _row(f"{path}:{reader.line_num}", reader.line_num, values, columns)
    except csv.Error as error:
        raise corrupt(f"{path}:{reader.line_num}", f"is no line of a table ({error})", _HINT) from None


def _header(values: list[str]) -> dict[str, int]:
    """The places of the columns that the first line names; empty if it names none."""
    names = [value.strip().lower() for value in values]
    places = {column: names.index(name) for column, known in _COLUMNS.items() for name in names if name in known}
    return places if {"path", "label"} <= places.keys() else {}


def _row(where: str, line: int, values: list[str], columns: dict[str, int]) -> Row:
    given = {column: values[place].strip() for column, place in columns.items() if place < len(values)}
    if not given.get("path") or not given.get("label") or "\0" in given["path"]:
        raise wrong_format(where, "a path and a label are wanted", _HINT)
    said = given.get("split", "")
    part = part_called(said) if said else "train"
    if not part:
        raise wrong_format(where, f"unknown part `{clip(said)}`", "train, valid or test")
    return Row(line, given["path"], given["label"], part)


def _numbers(path: Path, rows: tuple[Row, ...], base: int) -> tuple[list[int], tuple[str, ...]]:
    """The labels as numbers from 0, and the classes' names."""
    texts = [row.label for row in rows]
    if not all(text.isascii() and text.removeprefix("-").isdigit() and len(text) < 10 for text in texts):
        names = tuple(sorted({row.label for row in rows if row.part == "train"}))
        number = {name: label for label, name in enumerate(names)}
        unknown = next((row for row in rows if row.label not in number), None)
        if unknown:
            message = f"{path}:{unknown.line}: class `{clip(unknown.label)}` is none of those to train on"
            raise InputError(message, code="D514", hint=f"the classes of train are {', '.join(names[:10])}")
        return [number[text] for text in texts], names
    labels = based(path, np.array([int(text) for text in texts], np.int64), base)
    classes = numbered(labels[[row.part == "train" for row in rows]])
    check_labels(path, labels, len(classes))
    return labels.tolist(), tuple(str(int(name) + base) for name in classes)

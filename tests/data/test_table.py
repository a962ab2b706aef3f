"""A table of paths and labels, in the forms that people have them, and the line of what is wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.data.own import read_own
from cnndsl.data.table import list_table, read_table
from cnndsl.errors import InputError

from .pictures import folder_of
from .samples import refused, unhurried, write


@pytest.mark.parametrize(
    "text",
    [
        "a/000.png,cat\nb/000.png,dog\n",
        "path,label\na/000.png,cat\nb/000.png,dog",
        "\ufeffLabel;File;Id\r\ncat;a/000.png;7\r\ndog;b/000.png;8\r\n",
        "filename\tclass\n\n./a/000.png\tcat\n\nb/000.png\t dog \n",
        'image,target\n"a/000.png","cat"\n"b/000.png","dog"\n',
    ],
)
def test_forms_of_a_table(tmp_path: Path, text: str) -> None:
    folder_of(tmp_path, {"a": 1, "b": 1})
    dataset = read_own(write(tmp_path / "labels.csv", text.encode()))
    assert (dataset.name, dataset.classes) == ("labels", ("cat", "dog"))
    assert dataset.train.labels.tolist() == [0, 1]
    assert dataset.train.images[:][:, 0, 3, 3].tolist() == [40, 100]


def test_parts_and_numbers(tmp_path: Path) -> None:
    folder_of(tmp_path, {"a": 2, "b": 2})
    text = "path,label,split\na/000.png,1,train\nb/000.png,2,train\na/001.jpg,1,val\nb/001.jpg,2,TEST\n"
    path = write(tmp_path / "labels.csv", text.encode())
    with pytest.raises(InputError) as error:
        read_table(path)
    refused(error, "D502", "labels run 1..2")
    dataset = read_table(path, label_base=1)
    assert dataset.classes == ("1", "2")
    assert dataset.valid
    assert dataset.test
    assert [part.labels.tolist() for part in (dataset.train, dataset.valid, dataset.test)] == [[0, 1], [0], [1]]


def test_classes_without_images_are_said(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", b"1.png,0\n2.png,3\n")
    assert read_table(path, (1, 4, 4)).remarks == (f"{path}: no image to train on of class 1, 2",)


WRONG = {
    "not UTF-8": ("a.png,caf\xe9\n".encode("latin-1"), "D511", "labels.csv:1: byte 0xe9 is not UTF-8"),
    "no label": (b"path,label\na.png,x\nb.png\n", "D511", "labels.csv:3: a path and a label are wanted"),
    "an open quote": (b'a.png,x\n"b.png,y\n', "D510", "labels.csv:2: is no line of a table"),
    "a NUL": (b"a.png,x\nb\0.png,y\n", "D51", "labels.csv:2"),
    "no such part": (b"path,label,split\na.png,x,dev\n", "D511", "labels.csv:2: unknown part `dev`"),
    "a class to test only": (
        b"path,label,split\na.png,x,train\nb.png,y,train\nc.png,z,test\n",
        "D514",
        "labels.csv:4: class `z` is none of those to train on",
    ),
    "one class": (b"a.png,x\nb.png,x\n", "D514", "one class only"),
    "nothing": (b"", "D514", "no images"),
    "a header alone": (b"path,label\n", "D514", "no images"),
    "a label below the first": (b"a.png,0\nb.png,-1\n", "D513", "label -1 at index 1"),
    "a web page": (b"<html>", "D511", "is a web page"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, name: str) -> None:
    content, code, words = WRONG[name]
    with pytest.raises(InputError) as error:
        read_own(write(tmp_path / "labels.csv", content), (1, 4, 4))
    refused(error, error.value.code if error.value.code.startswith(code) else code, words)


def test_an_image_that_is_not_there(tmp_path: Path) -> None:
    folder_of(tmp_path, {"a": 2, "b": 1})
    path = write(tmp_path / "labels.csv", b"a/000.png,0\nb/000.png,1\nb/007.png,1\na/001.jpg,0\n")
    with pytest.raises(InputError) as error:
        read_table(path, (1, 4, 4)).train.images[:]
    refused(error, "D503", "b/007.png", "not found")
    dataset = read_table(path, skip_bad=True)
    assert np.bincount(dataset.train.labels).tolist() == [2, 1]


@unhurried
@given(st.text(max_size=80) | st.binary(max_size=80))
def test_no_content_raises_anything_else(tmp_path_factory: pytest.TempPathFactory, content: str | bytes) -> None:
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    path = write(tmp_path_factory.getbasetemp() / "hostile.csv", data)
    try:
        listed, classes = list_table(path)
    except InputError:
        return
    assert all(0 <= label < len(classes) for own in listed.values() for _, label in own)

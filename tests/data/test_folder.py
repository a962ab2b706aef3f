"""A folder of classes: which images are found, in which order, and what is named that cannot be right."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from cnndsl.data import make_splits, resolve
from cnndsl.data.folder import read_folder
from cnndsl.data.own import read_own
from cnndsl.errors import InputError, SettingsError

from .pictures import folder_of, picture
from .samples import refused


def test_a_folder_for_each_class(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "zoo", {"dog": 3, "cat": 2})
    dataset = read_own(folder)
    assert (dataset.name, dataset.classes, dataset.shape) == ("zoo", ("cat", "dog"), (3, 6, 8))
    assert dataset.train.labels.tolist() == [0, 0, 1, 1, 1]
    assert (dataset.valid, dataset.test, dataset.sizes, dataset.remarks) == (None, None, ("all", 0.1, 0.1), ())
    images = dataset.train.images[:]
    assert (images.shape, images.dtype) == ((5, 3, 6, 8), np.uint8)
    assert images[:, 0, 3, 3].tolist() == pytest.approx([100, 100, 40, 40, 40], abs=12)


def test_images_become_what_the_network_takes(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, {"a": 4, "b": 4}, sizes=[(9, 30), (31, 8), (16, 16)])
    for shape in ((1, 5, 7), (3, 12, 12)):
        dataset = read_folder(folder, shape)
        assert dataset.train.images[:].shape == (8, *shape)
    with pytest.raises(InputError) as error:
        read_folder(folder)
    refused(error, "D509", "000.png is 9 x 30", "001.jpg is 31 x 8")
    assert "input 3x64x64" in error.value.hint


def test_parts_of_their_own(tmp_path: Path) -> None:
    for part, count in (("train", 4), ("val", 2), ("Test", 1)):
        folder_of(tmp_path / part, {"a": count, "b": count + 1})
    dataset = read_folder(tmp_path)
    assert dataset.valid
    assert dataset.test
    assert [len(part) for part in (dataset.train, dataset.valid, dataset.test)] == [9, 5, 3]
    assert resolve(dataset, "auto", "auto", "auto") == (9, 5, None)
    splits = make_splits(dataset, train=9, valid=5, test=None, seed=0, balanced="stratified")
    assert [len(split) for split in (splits.train, splits.valid, splits.test)] == [9, 5, 3]


def test_a_class_may_be_called_train(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, {"plane": 2, "train": 2})
    assert read_folder(folder).classes == ("plane", "train")


def test_numbers_are_in_their_own_order_and_odd_names_are_names(tmp_path: Path) -> None:
    names = ["10", "9", "a b", "ä", "naïve\n", "-1", os.fsdecode(b"\xff\xfe")]
    dataset = read_folder(folder_of(tmp_path, dict.fromkeys(names, 1)))
    assert dataset.classes[:2] == ("9", "10")
    assert set(dataset.classes[2:]) == {"a b", "ä", "naïve\n", "-1", "\ufffd\ufffd"}
    "".join(dataset.classes).encode()
    assert len(dataset.train.images[:]) == len(names)


def test_folders_within_and_links_that_go_in_circles(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, {"a": 2, "b": 2})
    (folder / "a" / "more").mkdir()
    picture(0, 7).save(folder / "a" / "more" / "7.PNG")
    (folder / "a" / "more" / "loop").symlink_to(folder / "a")
    (folder / "b" / "self").symlink_to(folder / "b")
    (folder / "c").symlink_to(folder / "b")
    dataset = read_folder(folder)
    assert np.bincount(dataset.train.labels).tolist() == [3, 2, 2]


def test_what_is_no_image_is_passed_over_and_said(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, {"a": 1, "b": 1})
    (folder / "a" / "notes.txt").write_text("x")
    (folder / "labels.xml").write_text("x")
    for hidden in (".DS_Store", "Thumbs.db"):
        (folder / "a" / hidden).write_text("x")
    (remark,) = read_folder(folder).remarks
    assert remark.startswith("2 entries that are no images were passed over: ")
    assert "notes.txt" in remark
    assert "Thumbs" not in remark


def test_a_bad_image_is_named_when_it_is_read_or_left_out(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, {"a": 4, "b": 4})
    (folder / "b" / "000.png").write_bytes(b"")
    (folder / "a" / "002.png").write_bytes((folder / "a" / "002.png").read_bytes()[:60])
    (folder / "a" / "gone.png").symlink_to(folder / "none")
    os.mkfifo(folder / "a" / "pipe.png")
    dataset = read_folder(folder, (3, 6, 8))
    with pytest.raises(InputError) as error:
        dataset.train.images[:]
    refused(error, "D510", "a/002.png")
    assert len(dataset.train.images[[0, 1]]) == 2, "what is not asked for is not read"
    dataset = read_folder(folder, skip_bad=True)
    assert np.bincount(dataset.train.labels).tolist() == [3, 3]
    assert len(dataset.train.images[:]) == 6
    (remark,) = dataset.remarks
    assert remark.startswith("4 bad images left out: ")
    assert remark.endswith(" and 1 more")


WRONG = {
    "no class": ({}, "there are no folders in it"),
    "one class": ({"a/1.png": b"x"}, "one class only"),
    "an empty class": ({"a/1.png": b"x", "b/notes.txt": b"x"}, "class `b` has no images"),
    "an image in no class": ({"a/1.png": b"x", "b/1.png": b"x", "1.png": b"x"}, "1.png: the image is in no class"),
    "images alone": ({"1.png": b"x", "2.png": b"x"}, "the images are in no class"),
    "a class that cannot be learnt": (
        {"train/a/1.png": b"x", "train/b/1.png": b"x", "test/a/1.png": b"x", "test/c/1.png": b"x"},
        "class `c` of test is none of those to train on",
    ),
    "an empty class to test": (
        {"train/a/1.png": b"x", "train/b/1.png": b"x", "test/b/.hidden": b"x"},
        "class `b` of test has no images",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_classes_that_do_not_add_up(tmp_path: Path, name: str) -> None:
    files, words = WRONG[name]
    for path, content in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    with pytest.raises(InputError) as error:
        read_folder(tmp_path)
    refused(error, "D514", words)


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        read_folder(tmp_path / "none")
    refused(error, "D503", "no such folder")


def test_all_bad_is_no_class(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, {"a": 2, "b": 1})
    (folder / "b" / "000.png").write_bytes(b"x")
    with pytest.raises(InputError) as error:
        read_folder(folder, skip_bad=True)
    refused(error, "D514", "one class only")


def test_parts_drawn_from_one_pool_are_disjoint_and_keep_the_shares(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, {"a": 30, "b": 60}, sizes=[(8, 6)])
    dataset = read_folder(folder)
    sizes = resolve(dataset, "auto", "auto", 0.2)
    assert sizes == (63, 9, 18)
    splits = make_splits(dataset, train=63, valid=9, test=18, seed=1, balanced="stratified")
    assert [np.bincount(split.labels).tolist() for split in (splits.train, splits.valid, splits.test)] == [
        [21, 42],
        [3, 6],
        [6, 12],
    ]
    with pytest.raises(SettingsError, match="train = all and test = all share the 90 training images"):
        resolve(dataset, "all", 5, "all")

"""``cnndsl data``, and training on images of one's own."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from cnndsl.data import BUILT_IN
from tests.cli.inside import inside
from tests.data.pictures import folder_of

NET = "input 3x12x12\nConv 4 3 pad=same\nReLU\nGlobalAvgPool\nFC 3\n"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of this test's own, and no network."""
    monkeypatch.setenv("CNNDSL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("CNNDSL_OFFLINE", "1")
    return tmp_path / "cache"


def test_list(cache: Path) -> None:
    done = inside("data", "list")
    assert done.code == 0
    head, *rows = done.out.splitlines()
    assert head.split() == ["name", "images", "classes", "where"]
    assert [row.split()[0] for row in rows] == list(BUILT_IN)
    assert "digits         1x8x8    10       comes with scikit-learn" in rows
    found = {row["name"]: row for row in json.loads(inside("data", "list", "--json").out)}
    assert found["cifar100"]["shape"] == [3, 32, 32]
    assert (found["cifar100"]["complete"], found["cifar100"]["download_mb"]) == (False, 169)
    assert (found["digits"]["complete"], found["digits"]["download_mb"]) == (True, 0)
    assert not cache.exists(), "to look is not to make"


def test_fetch_says_what_it_may_not(cache: Path) -> None:
    done = inside("data", "fetch", "Fashion-MNIST")
    assert done.code == 3
    assert "error D503: train-images-idx3-ubyte.gz: is not in the cache, and CNNDSL_OFFLINE forbids" in done.err
    assert inside("data", "fetch", "digits").out == "digits: comes with scikit-learn\n"
    done = inside("data", "fetch", "mnits")
    assert (done.code, "did you mean mnist?" in done.err) == (2, True)
    assert cache.is_dir()


def test_verify_names_every_fault(tmp_path: Path, cache: Path) -> None:
    folder = folder_of(tmp_path / "zoo", {"cat": 4, "dog": 4}, sizes=[(8, 6), (20, 30)])
    done = inside("data", "verify", "zoo", "digits", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("zoo: ok, 8 images of 2 classes, as 3x64x64 (the images in zoo)\ndigits: ok, 1,797 ")
    for name in ("cat/000.png", "dog/001.jpg"):
        (folder / name).write_bytes(b"")
    done = inside("data", "verify", "zoo", cwd=tmp_path)
    assert (done.code, done.out) == (3, "zoo: 2 faults\n")
    assert "cat/000.png: is empty" in done.err
    assert "dog/001.jpg: is empty" in done.err
    (cache / "mnist").mkdir(parents=True)
    for file in ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"):
        (cache / "mnist" / file).write_bytes(b"x")
    done = inside("data", "verify", "mnist")
    assert done.code == 3
    assert "train-images-idx3-ubyte.gz: has the wrong checksum" in done.err


def test_preview_is_a_row_for_each_class(tmp_path: Path) -> None:
    folder_of(tmp_path / "zoo", {"cat": 4, "dog": 9})
    done = inside("data", "preview", "zoo", "--input", "3x12x16", "--images", 5, cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert done.out == "preview.png: 13 images of 2 classes, as 3x12x16 (the images in zoo)\n"
    with Image.open(BytesIO((tmp_path / "preview.png").read_bytes())) as sheet:
        assert sheet.size == (5 * (6 * 16 + 6) + 6, 2 * (6 * 12 + 16 + 6) + 6)
        colours = {colour for _, colour in sheet.getcolors(1 << 20)}
    assert {(40, 40, 40), (100, 100, 100), (255, 255, 255)} <= colours
    assert inside("data", "preview", "digits", "--out", tmp_path / "d.png").code == 0
    assert inside("data", "preview", "nothing", cwd=tmp_path).code == 2


def test_three_hundred_photographs_train_with_one_command(tmp_path: Path) -> None:
    folder_of(tmp_path / "zoo", dict.fromkeys(("cat", "dog", "eel"), 100), sizes=[(20, 31), (17, 12), (40, 40)])
    (tmp_path / "net.txt").write_text(NET)
    train = ("compile-and-train", "net.txt", "--processes", 1)
    done = inside(*train, "--data", "zoo", "--epochs", 12, "--lr", 0.02, cwd=tmp_path)
    assert done.code == 0, done.err
    assert "zoo: 240 / 30 / 30 images to train, validate, test (the images in zoo)" in done.err
    manifest = json.loads((tmp_path / "outputdir" / "manifest.json").read_text())
    assert manifest["test"]["accuracy"] > 0.9
    assert manifest["settings"]["balance"] == "stratified"
    done = inside(*train, "--data", "zoo", "--epochs", 1, "--fold", "2/5", cwd=tmp_path)
    assert "zoo: 216 / 54 / 30 images" in done.err
    manifest = json.loads((tmp_path / "outputdir" / "manifest.json").read_text())
    assert manifest["settings"]["fold"] == "2/5"


def test_a_file_names_its_images_seen_from_itself(tmp_path: Path) -> None:
    folder_of(tmp_path / "here" / "zoo", dict.fromkeys(("cat", "dog", "eel"), 10))
    rows = [f"zoo/{name}/{number:03}.png,{name}" for name in ("cat", "dog", "eel") for number in (0, 2, 4, 6, 8)]
    (tmp_path / "here" / "few.csv").write_text("\n".join(rows))
    net = tmp_path / "here" / "net.txt"
    own = 'data {{ images = "{}"; train = 0.6; valid = 3; test = 3 }}\ntrain {{ epochs = 1; seed = 1 }}\n'
    for images, sizes in (("zoo", "18 / 3 / 3"), ("few.csv", "9 / 3 / 3")):
        net.write_text(NET + own.format(images))
        done = inside("compile-and-train", net, "--processes", 1, cwd=tmp_path)
        assert done.code == 0, done.err
        assert f"{sizes} images" in done.err
    assert inside("check", net).code == 0
    net.write_text(NET.replace("FC 3", "FC 4") + own.format("zoo"))
    done = inside("compile-and-train", net, cwd=tmp_path)
    assert done.code == 1
    assert "D501: the last layer gives 4 outputs, zoo has 3 classes" in done.err
    net.write_text(NET.removeprefix("input 3x12x12\n") + own.format("zoo"))
    assert inside("compile-and-train", net, "--processes", 1, cwd=tmp_path).code == 0, "they all are 3x6x8"


def test_a_sheet_of_what_augmentation_makes_of_ones_own(tmp_path: Path) -> None:
    folder_of(tmp_path / "zoo", {"cat": 10, "dog": 10, "eel": 10})
    (tmp_path / "net.txt").write_text(f"{NET}augment {{ FlipX }}\n")
    done = inside("augment", "net.txt", "--data", "zoo", "--images", 3, cwd=tmp_path)
    assert done.code == 0, done.err
    assert done.out == "preview.png: 3 images of zoo, 7 draws of each\n"

"""Data sets by name: from the package, a directory or the network, and names that are not known."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cnndsl import data
from cnndsl.data import catalogue
from cnndsl.data.shapes import CLASSES
from cnndsl.errors import InputError, SettingsError

from .pictures import folder_of
from .samples import idx_bytes, refused, tar_bytes


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch, mnist_dir: Path, tmp_path: Path, cifar_files: dict[str, bytes]) -> None:
    """In place of the network: small files."""
    archive = tmp_path / "fetched.tar"
    archive.write_bytes(tar_bytes(cifar_files))
    monkeypatch.setattr(catalogue, "fetch", {"mnist": mnist_dir, "cifar10": archive}.__getitem__)


@pytest.mark.parametrize("sizes", [(5000, 500, 500), (1, 1, 1), (1234, 56, 7)])
def test_mnist_that_fits_is_the_bundle(sizes: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "fetch", None)
    dataset = data.load("mnist", sizes=sizes)
    train, valid, test = sizes
    splits = data.make_splits(dataset, train=train, valid=valid, test=test, seed=0)
    assert (len(splits.train), len(splits.valid), len(splits.test)) == sizes
    assert "bundled" in dataset.source


def test_the_usual_sizes_are_the_bundle() -> None:
    assert len(data.load("mnist").train) == 5000


@pytest.mark.usefixtures("fetched")
@pytest.mark.parametrize("sizes", [(5001, 500, 500), (5000, 501, 500), (5000, 500, 501), (5000, 500, None)])
def test_mnist_that_does_not_fit_is_fetched(sizes: tuple[int, int, int | None]) -> None:
    assert len(data.load("mnist", sizes=sizes).train) == 12


@pytest.mark.usefixtures("fetched")
def test_cifar10_is_fetched() -> None:
    assert len(data.load("cifar10").train) == 6


def test_a_directory_goes_first(mnist_dir: Path, tmp_path: Path, cifar_files: dict[str, bytes]) -> None:
    assert len(data.load("mnist", data_dir=mnist_dir).train) == 12
    assert len(data.load("mnist", data_dir=str(mnist_dir)).train) == 12
    archive = tmp_path / "cifar.tar"
    archive.write_bytes(tar_bytes(cifar_files))
    assert len(data.load("cifar10", data_dir=archive).train) == 6


@pytest.mark.parametrize("name", [name for name in data.BUILT_IN if name != "digits"])
def test_a_directory_that_is_not_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError) as error:
        data.load(name, data_dir=tmp_path / "none")
    refused(error, "D503", str(tmp_path / "none"))


@pytest.mark.parametrize("name", [name for name in data.BUILT_IN if name != "digits"])
def test_an_empty_directory(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError) as error:
        data.load(name, data_dir=tmp_path)
    refused(error, "D503", str(tmp_path))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("mnits", "did you mean mnist?"),
        ("CIFAR-10", "did you mean cifar10?"),
        ("fashon-mnist", "did you mean fashion_mnist?"),
        ("imagenet", "there are mnist, fashion_mnist, cifar10, cifar100, digits; or give a path"),
    ],
)
def test_a_name_that_is_not_known(name: str, words: str) -> None:
    with pytest.raises(SettingsError, match=name) as error:
        data.load(name)
    assert words in error.value.hint


def test_the_shapes_are_those_of_the_data(mnist_dir: Path, tmp_path: Path, cifar_files: dict[str, bytes]) -> None:
    archive = tmp_path / "cifar.tar"
    archive.write_bytes(tar_bytes(cifar_files))
    places = {"mnist": mnist_dir, "fashion_mnist": mnist_dir, "cifar10": archive, "digits": None}
    for name, place in places.items():
        dataset = data.load(name, data_dir=place)
        assert (dataset.name, dataset.shape) == (name, data.SHAPE_OF[name])
        assert len(dataset.classes) == CLASSES[name]
    assert {*places, "cifar100"} == {*data.BUILT_IN} == {*CLASSES}
    assert data.load("Fashion-MNIST", data_dir=mnist_dir).classes[9] == "Ankle boot"


def test_what_is_no_name_is_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder_of(tmp_path / "photos", {"a": 2, "b": 2})
    folder_of(tmp_path / "digits", {"a": 2, "b": 2})
    monkeypatch.chdir(tmp_path)
    assert data.load("photos", shape=(1, 4, 4)).shape == (1, 4, 4)
    assert len(data.load("digits").train) == 1797
    assert len(data.load("./digits").train) == len(data.load(Path("digits")).train) == 4
    for name in ("./none", Path("none")):
        with pytest.raises(InputError) as error:
            data.load(name)
        refused(error, "D503", "none")


def test_digits_come_in_one_part() -> None:
    digits = data.load("digits")
    assert (len(digits.train), digits.valid, digits.test) == (1797, None, None)
    assert np.bincount(digits.train.labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert np.unique(digits.train.images[:]).tolist() == [round(shade * 255 / 16) for shade in range(17)]
    sizes = data.resolve(digits, "auto", "auto", "auto")
    splits = data.make_splits(digits, train=sizes[0], valid=sizes[1], test=sizes[2], seed=3)
    assert (len(splits.train), len(splits.valid), len(splits.test)) == sizes == (1200, 200, 200)
    assert splits.shared == (0, 0)
    with pytest.raises(SettingsError, match="no folder"):
        data.load("digits", data_dir=".")


def test_labels_from_one(mnist_dir: Path) -> None:
    labels = mnist_dir / "t10k-labels-idx1-ubyte"
    labels.write_bytes(idx_bytes(np.array([1, 2, 3, 4, 5])))
    train = mnist_dir / "train-labels-idx1-ubyte.gz"
    train.write_bytes(idx_bytes(np.arange(12) % 10 + 1))
    with pytest.raises(InputError) as error:
        data.load("mnist", data_dir=mnist_dir)
    refused(error, "D502", "labels run 1..10")
    assert "label_base = 1" in error.value.hint
    dataset = data.load("mnist", data_dir=mnist_dir, label_base=1)
    assert dataset.train.labels.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    labels.write_bytes(idx_bytes(np.array([1, 0, 3, 4, 5])))
    with pytest.raises(InputError) as error:
        data.load("mnist", data_dir=mnist_dir, label_base=1)
    refused(error, "D513", "label 0 at index 1")


def test_the_import_and_the_usual_data_need_neither_scikit_learn_nor_pooch() -> None:
    """What takes a second to import is imported only where it is used."""
    script = (
        "import sys, cnndsl.data as d\n"
        "d.make_splits(d.load('mnist'), seed=0)\n"
        "assert not {'sklearn', 'scipy', 'pooch', 'requests'} & set(sys.modules)"
    )
    path = os.pathsep.join([str(Path(data.__file__).parents[2]), os.environ.get("PYTHONPATH", "")])
    subprocess.run([sys.executable, "-c", script], check=True, env={**os.environ, "PYTHONPATH": path})

"""Data sets by name: from the package, a directory or the network, and names that are not known."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cnndsl import data
from cnndsl.data import catalogue
from cnndsl.data.cifar import read_cifar10
from cnndsl.data.idx import read_mnist
from cnndsl.errors import InputError, SettingsError

from .samples import refused, tar_bytes


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch, mnist_dir: Path, tmp_path: Path, cifar_files: dict[str, bytes]) -> None:
    """In place of the network: small files."""
    archive = tmp_path / "fetched.tar"
    archive.write_bytes(tar_bytes(cifar_files))
    readers = {"mnist": (read_mnist, lambda: mnist_dir), "cifar10": (read_cifar10, lambda: archive)}
    monkeypatch.setattr(catalogue, "_READERS", readers)


@pytest.mark.parametrize("sizes", [(5000, 500, 500), (1, 1, 1), (1234, 56, 7)])
def test_mnist_that_fits_is_the_bundle(sizes: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "_READERS", {"mnist": (None, None)})
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


@pytest.mark.parametrize("name", data.BUILT_IN)
def test_a_directory_that_is_not_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError) as error:
        data.load(name, data_dir=tmp_path / "none")
    refused(error, "D503", str(tmp_path / "none"))


@pytest.mark.parametrize("name", data.BUILT_IN)
def test_an_empty_directory(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError) as error:
        data.load(name, data_dir=tmp_path)
    refused(error, "D503", str(tmp_path))


@pytest.mark.parametrize(
    ("name", "words"),
    [("mnits", "did you mean mnist?"), ("CIFAR-10", "did you mean cifar10?"), ("imagenet", "mnist and cifar10")],
)
def test_a_name_that_is_not_known(name: str, words: str) -> None:
    with pytest.raises(SettingsError, match=name) as error:
        data.load(name)
    assert words in error.value.hint


def test_the_shapes_are_those_of_the_data(mnist_dir: Path, tmp_path: Path, cifar_files: dict[str, bytes]) -> None:
    archive = tmp_path / "cifar.tar"
    archive.write_bytes(tar_bytes(cifar_files))
    assert data.load("mnist", data_dir=mnist_dir).shape == data.SHAPES["mnist"]
    assert data.load("cifar10", data_dir=archive).shape == data.SHAPES["cifar10"]
    assert tuple(data.SHAPES) == data.BUILT_IN


def test_the_import_and_the_usual_data_need_neither_scikit_learn_nor_pooch() -> None:
    """What takes a second to import is imported only where it is used."""
    script = (
        "import sys, cnndsl.data as d\n"
        "d.make_splits(d.load('mnist'), seed=0)\n"
        "assert not {'sklearn', 'scipy', 'pooch', 'requests'} & set(sys.modules)"
    )
    path = os.pathsep.join([str(Path(data.__file__).parents[2]), os.environ.get("PYTHONPATH", "")])
    subprocess.run([sys.executable, "-c", script], check=True, env={**os.environ, "PYTHONPATH": path})

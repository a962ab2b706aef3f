"""CIFAR-10 from a directory and from the archive: the same images, the same damage named, and never a pickle."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cnndsl.data.cifar import read_cifar10
from cnndsl.data.cifar_forms import CIFAR10_ARCHIVE, CIFAR10_CLASSES
from cnndsl.errors import InputError

from .samples import CIFAR_FOLDER, CIFAR_TEST, Files, archived, cifar_batch, refused, write


def unpacked(root: Path, files: Files) -> Path:
    """Write the files below a directory."""
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root


@pytest.fixture(params=[unpacked, archived])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Files], Path]:
    """Both ways to have the files."""
    return lambda files: request.param(tmp_path, files)


def test_reads_every_batch_there_is_in_order(place: Callable[[Files], Path], cifar_files: Files) -> None:
    dataset = read_cifar10(place(dict(reversed(cifar_files.items()))))
    assert dataset.train.labels.tolist() == [6, 9, 9, 4, 0, 1]
    assert dataset.test.labels.tolist() == [3, 8, 8]
    assert (dataset.name, dataset.shape, dataset.classes) == ("cifar10", (3, 32, 32), CIFAR10_CLASSES)
    assert dataset.train.images.dtype == np.uint8
    assert dataset.train.labels.dtype == np.int64
    assert dataset.train.images.flags.c_contiguous
    record = cifar_files[f"{CIFAR_FOLDER}/data_batch_3.bin"][3073:]
    assert dataset.train.images[5].tobytes() == record[1:]
    assert dataset.train.images[5, 1, 0, 2] == record[1 + 1024 + 2]


@pytest.mark.parametrize("inside", ["", CIFAR_FOLDER])
def test_every_place_a_directory_can_have_them(tmp_path: Path, cifar_files: Files, inside: str) -> None:
    unpacked(tmp_path, cifar_files)
    assert len(read_cifar10(tmp_path / inside).train) == 6


@pytest.mark.parametrize("name", [CIFAR10_ARCHIVE, "cifar-10-binary-20k.tar.gz"])
def test_a_directory_that_holds_the_archive(tmp_path: Path, cifar_files: Files, name: str) -> None:
    archived(tmp_path, cifar_files, name)
    assert len(read_cifar10(tmp_path).train) == 6


def test_the_official_archive_goes_first(tmp_path: Path, cifar_files: Files) -> None:
    archived(tmp_path, cifar_files)
    write(tmp_path / "cifar-10-binary-20k.tar.gz", b"broken")
    assert len(read_cifar10(tmp_path).train) == 6


@pytest.mark.parametrize("lacking", ["test_batch.bin", "data_batch_*.bin"])
def test_a_batch_is_missing(place: Callable[[Files], Path], cifar_files: Files, lacking: str) -> None:
    files = {name: content for name, content in cifar_files.items() if not Path(name).match(lacking)}
    with pytest.raises(InputError) as error:
        read_cifar10(place(files))
    refused(error, "D503", lacking)
    assert CIFAR10_ARCHIVE in error.value.hint


def test_nothing_there(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(InputError) as error:
            read_cifar10(path)
        refused(error, "D503", str(path))


@pytest.mark.parametrize("size", [0, 1, 3072, 3074, 3 * 3073 - 1])
def test_a_batch_that_is_cut(place: Callable[[Files], Path], cifar_files: Files, size: int) -> None:
    path = place({**cifar_files, CIFAR_TEST: cifar_batch([1, 2, 3])[:size]})
    with pytest.raises(InputError) as error:
        read_cifar10(path)
    refused(error, "D510", "test_batch.bin", f"{size:,} bytes")


def test_a_batch_of_too_many_records(place: Callable[[Files], Path], cifar_files: Files) -> None:
    path = place({**cifar_files, CIFAR_TEST: bytes(10_001 * 3073)})
    with pytest.raises(InputError) as error:
        read_cifar10(path)
    refused(error, "D511", "test_batch.bin", "10,000 records")


def test_a_label_out_of_range(place: Callable[[Files], Path], cifar_files: Files) -> None:
    name = f"{CIFAR_FOLDER}/data_batch_3.bin"
    with pytest.raises(InputError) as error:
        read_cifar10(place({**cifar_files, name: cifar_batch([0, 9, 11, 10])}))
    refused(error, "D513", "data_batch_3.bin", "label 11 at index 2")


def test_a_web_page(tmp_path: Path, cifar_files: Files) -> None:
    page = b"<html>" + bytes(3073 - 6)
    for path in (write(tmp_path / CIFAR10_ARCHIVE, page), unpacked(tmp_path / "d", {**cifar_files, CIFAR_TEST: page})):
        with pytest.raises(InputError) as error:
            read_cifar10(path)
        refused(error, "D511", "HTML")


@pytest.mark.skipif(os.name != "posix", reason="named pipes are POSIX")
def test_a_pipe(tmp_path: Path, cifar_files: Files) -> None:
    unpacked(tmp_path, cifar_files)
    (tmp_path / CIFAR_TEST).unlink()
    os.mkfifo(tmp_path / CIFAR_TEST)
    with pytest.raises(InputError) as error:
        read_cifar10(tmp_path)
    refused(error, "D511", "pipe")
    os.mkfifo(tmp_path / "archive")
    with pytest.raises(InputError) as error:
        read_cifar10(tmp_path / "archive")
    refused(error, "D511", "pipe")


class Trap:
    """What runs code when it is unpickled."""

    sprung = False

    @classmethod
    def spring(cls) -> dict[str, object]:
        cls.sprung = True
        return {}

    def __reduce__(self) -> tuple[object, tuple[()]]:
        """Ask pickle to call :meth:`spring`."""
        return Trap.spring, ()


@pytest.mark.parametrize("ask_for", ["", "data_batch_1", "cifar-10-batches-py"])
@pytest.mark.parametrize("folder", [".", "cifar-10-batches-py"])
def test_pickles_in_a_directory_are_never_opened(tmp_path: Path, folder: str, ask_for: str) -> None:
    unpacked(tmp_path, {f"{folder}/data_batch_1": pickle.dumps(Trap()), f"{folder}/test_batch": pickle.dumps(Trap())})
    with pytest.raises(InputError) as error:
        read_cifar10(tmp_path / ask_for)
    refused(error, "D511", "pickle")
    assert CIFAR10_ARCHIVE in error.value.hint
    assert not Trap.sprung


@pytest.mark.parametrize("name", ["cifar-10-python.tar.gz", CIFAR10_ARCHIVE])
@pytest.mark.parametrize("whole", [False, True])
def test_pickles_in_an_archive_are_never_opened(tmp_path: Path, name: str, *, whole: bool) -> None:
    path = archived(tmp_path, {"cifar-10-batches-py/data_batch_1": pickle.dumps(Trap())}, name)
    with pytest.raises(InputError) as error:
        read_cifar10(tmp_path if whole else path)
    refused(error, "D511", "pickle")
    assert CIFAR10_ARCHIVE in error.value.hint
    assert not Trap.sprung


def test_the_real_cifar10(shared_data: Path) -> None:
    dataset = read_cifar10(shared_data / "cifar10")
    assert dataset.train.labels[:10].tolist() == [6, 9, 9, 4, 1, 1, 2, 7, 8, 3]
    assert (len(dataset.train), len(dataset.test)) == (10_000, 10_000)
    assert np.bincount(dataset.test.labels).tolist() == [1000] * 10
    # The figures known are of all 50,000 images; these are the first fifth.
    mean = dataset.train.images.mean(axis=(0, 2, 3), dtype=np.float64) / 255
    np.testing.assert_allclose(mean, [0.49140, 0.48216, 0.44653], atol=0.003)
    std = dataset.train.images[::5].std(axis=(0, 2, 3), dtype=np.float64) / 255
    np.testing.assert_allclose(std, [0.24703, 0.24349, 0.26159], atol=0.005)

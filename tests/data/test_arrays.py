"""NumPy arrays as data: every usual layout, mapped and not read where it lies as it is, and never a pickle."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.data.arrays import read_arrays
from cnndsl.data.own import read_own
from cnndsl.errors import InputError

from .samples import refused, unhurried, write

PIXELS = np.random.default_rng(0).integers(0, 256, (6, 4, 5, 3), dtype=np.uint8)
FIRST = PIXELS.transpose(0, 3, 1, 2)
LABELS = np.array([0, 1, 2, 0, 1, 2])


def npz(path: Path, *, compressed: bool = False, **arrays: np.ndarray) -> Path:
    (np.savez_compressed if compressed else np.savez)(path, **arrays)
    return path


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize(
    "images", [PIXELS, FIRST, np.asfortranarray(PIXELS), PIXELS.astype(">i4"), PIXELS / 255, PIXELS.astype(np.float32)]
)
def test_layouts_and_types(tmp_path: Path, images: np.ndarray, *, compressed: bool) -> None:
    dataset = read_own(npz(tmp_path / "a.npz", images=images, labels=LABELS, compressed=compressed))
    assert (dataset.name, dataset.shape, dataset.classes) == ("a", (3, 4, 5), ("0", "1", "2"))
    np.testing.assert_array_equal(dataset.train.images[:], FIRST)
    np.testing.assert_array_equal(dataset.train.images[np.array([4, 1])], FIRST[[4, 1]])
    assert dataset.train.labels.tolist() == LABELS.tolist()


@pytest.mark.parametrize(
    "names",
    [("x_train", "y_train", "x_test", "y_test"), ("train_images", "train_labels", "test_images", "test_labels")],
)
def test_names_that_are_usual(tmp_path: Path, names: tuple[str, ...]) -> None:
    grey = PIXELS[..., 0]
    arrays = dict(zip(names, (grey, LABELS[:, np.newaxis], grey[:3], LABELS[:3]), strict=True))
    dataset = read_arrays(npz(tmp_path / "a.npz", **arrays, classes=np.array(["r", "g", "b"])))
    assert (dataset.classes, dataset.shape) == (("r", "g", "b"), (1, 4, 5))
    assert dataset.test
    np.testing.assert_array_equal(dataset.test.images[:], grey[:3, np.newaxis])


def test_a_folder_of_arrays(tmp_path: Path) -> None:
    np.save(tmp_path / "images.npy", PIXELS)
    np.save(tmp_path / "labels.npy", LABELS)
    np.testing.assert_array_equal(read_own(tmp_path).train.images[:], FIRST)
    with pytest.raises(InputError) as error:
        read_own(tmp_path / "images.npy")
    refused(error, "D511", "is one array, without labels")


def test_the_network_says_which_axis_the_channels_are(tmp_path: Path) -> None:
    both = np.random.default_rng(0).integers(0, 256, (6, 3, 4, 3), dtype=np.uint8)
    path = npz(tmp_path / "a.npz", images=both, labels=LABELS)
    np.testing.assert_array_equal(read_arrays(path, (3, 4, 3)).train.images[:], both)
    np.testing.assert_array_equal(read_arrays(path, (3, 3, 4)).train.images[:], both.transpose(0, 3, 1, 2))
    with pytest.raises(InputError) as error:
        read_arrays(path, (3, 8, 8))
    refused(error, "D509", "the images are 3x4x3, the network takes 3x8x8")


def test_booleans_and_labels_from_one(tmp_path: Path) -> None:
    path = npz(tmp_path / "a.npz", images=PIXELS[..., 0] > 127, labels=LABELS + 1)
    with pytest.raises(InputError) as error:
        read_arrays(path)
    refused(error, "D502", "labels run 1..3")
    dataset = read_arrays(path, label_base=1)
    assert dataset.train.labels.tolist() == LABELS.tolist()
    assert np.unique(dataset.train.images[:]).tolist() == [0, 255]


def changed(**pixel: float) -> np.ndarray:
    images = PIXELS.astype(np.float64) / 255
    images[4, 1, 2, 0] = pixel["to"]
    return images


ARRAYS = {
    "NaN": ({"images": changed(to=np.nan), "labels": LABELS}, "D515", "image 4 has a pixel of nan"),
    "infinite": ({"images": changed(to=np.inf), "labels": LABELS}, "D515", "image 4 has a pixel of inf"),
    "below 0": ({"images": changed(to=-1.5), "labels": LABELS}, "D515", "image 4 has a pixel of -1.5"),
    "above 255": ({"images": PIXELS.astype(int) + 1, "labels": LABELS}, "D515", "has a pixel of 256"),
    "complex": ({"images": PIXELS + 1j, "labels": LABELS}, "D511", "holds values of type"),
    "a pickle": ({"images": PIXELS.astype(object), "labels": LABELS}, "D511", "a pickle"),
    "labels that are a pickle": ({"images": PIXELS, "labels": LABELS.astype(object)}, "D511", "a pickle"),
    "records": ({"images": np.zeros(6, [("a", "i4")]), "labels": LABELS}, "D511", "holds [('a', '<i4')]"),
    "flat images": ({"images": PIXELS.reshape(6, -1), "labels": LABELS}, "D511", "has the shape (6, 60)"),
    "many channels": ({"images": np.zeros((6, 9, 9, 9), np.uint8), "labels": LABELS}, "D511", "1 or 3 channels"),
    "counts that differ": ({"images": PIXELS, "labels": LABELS[:5]}, "D512", "6 images in images, 5 labels in labels"),
    "no images in it": ({"images": PIXELS[:0], "labels": LABELS[:0]}, "D512", "0 images"),
    "labels that are floats": ({"images": PIXELS, "labels": LABELS / 2}, "D511", "labels are whole numbers"),
    "a label out of range": (
        {"images": PIXELS, "labels": LABELS * 5, "classes": np.array(["a", "b"])},
        "D513",
        "label 5 at index 1 is not in 0..1",
    ),
    "a negative label": ({"images": PIXELS, "labels": LABELS - 1}, "D513", "label -1 at index 0"),
    "one class": ({"images": PIXELS, "labels": LABELS * 0}, "D514", "one class only"),
    "no labels": ({"images": PIXELS}, "D503", "images has no labels beside it"),
    "other names": ({"pixels": PIXELS, "numbers": LABELS}, "D503", "there is pixels, numbers"),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays_that_are_no_data(tmp_path: Path, name: str) -> None:
    arrays, code, words = ARRAYS[name]
    with pytest.raises(InputError) as error:
        read_arrays(npz(tmp_path / "a.npz", **arrays)).train.images[:]
    refused(error, code, "a.npz", words)


def member(header: bytes, numbers: bytes = b"") -> bytes:
    return b"\x93NUMPY\x01\0" + struct.pack("<H", len(header)) + header + numbers


def archive(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in members.items():
            file.writestr(f"{name}.npy", content)
    return out.getvalue()


HUGE = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1099511627776,), }"
TWO = member(b"{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }", b"\0\1")
WHOLE = archive(images=member(b"{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2, 2), }", bytes(8)), labels=TWO)
BYTES = {
    "truncated": (WHOLE[:-30], "D510", "truncated or damaged"),
    "cut in the middle": (WHOLE[:100], "D510", "truncated or damaged"),
    "a bit flipped": (WHOLE.replace(bytes(8) + b"PK", bytes(7) + b"\1PK"), "D510", "cannot be read"),
    "128 bytes that ask for 8 TiB": (archive(images=member(HUGE), labels=member(HUGE)), "D510", "8,796,093,022,208"),
    "no NumPy": (archive(images=b"hello", labels=b"world"), "D511", "is not an array in NumPy's format"),
    "a header of code": (
        archive(images=member(b"__import__('os').system('true')"), labels=member(b"1")),
        "D510",
        "its header cannot be read",
    ),
    "a header nested too deeply": (archive(images=member(b"(" * 9000), labels=member(b"(" * 9000)), "D510", "header"),
    "a negative shape": (
        archive(images=member(b"{'descr': '|u1', 'fortran_order': False, 'shape': (-1,)}"), labels=TWO),
        "D511",
        "arrays of numbers are wanted",
    ),
    "text": (b"hello", "D511", "is not an .npz"),
    "no bytes": (b"", "D511", "is not an .npz"),
    "a web page": (b"<!doctype html>", "D511", "is a web page"),
    "many members": (archive(**{f"a{number}": b"" for number in range(200)}), "D511", "200 members"),
}


@pytest.mark.parametrize("name", BYTES)
def test_bytes_that_are_no_arrays(tmp_path: Path, name: str, peak_memory: Callable[[], int]) -> None:
    content, code, words = BYTES[name]
    path = write(tmp_path / "a.npz", content)
    with pytest.raises(InputError) as error:
        read_arrays(path)
    refused(error, code, "a.npz")
    assert words in f"{error.value.message} {error.value.hint}"
    assert peak_memory() < 1 << 24


def test_a_bomb(tmp_path: Path, peak_memory: Callable[[], int]) -> None:
    header = b"{'descr': '|u1', 'fortran_order': False, 'shape': (20000000,), }"
    whole = member(header, bytes(20_000_000))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("labels.npy", whole)
        file.writestr("images.npy", whole)
    lying = out.getvalue().replace(struct.pack("<I", len(whole)), struct.pack("<I", 0x7FFFFFFF))
    assert lying != out.getvalue()
    with pytest.raises(InputError) as error:
        read_arrays(write(tmp_path / "a.npz", lying))
    refused(error, error.value.code, "a.npz")
    assert peak_memory() < 1 << 26


@unhurried
@given(st.data())
def test_no_damage_raises_anything_else(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = tmp_path_factory.getbasetemp() / "hostile.npz"
    npz(path, images=PIXELS, labels=LABELS, compressed=data.draw(st.booleans()))
    damaged = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        damaged[at : at + 1] = data.draw(st.binary(max_size=3))
    path.write_bytes(bytes(damaged))
    with suppress(InputError):
        assert len(read_arrays(path).train.images[:]) == 6

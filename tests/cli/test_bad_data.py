"""Bad data, fed to the real command: what each ends with, and what is said. No row may hang, or show a traceback."""

from __future__ import annotations

import gzip
import os
import pickle
import struct
import tarfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cli.command import Done, cnndsl
from tests.cli.inside import inside
from tests.data.pictures import folder_of, picture
from tests.data.samples import cifar_batch, gzip_zeros, idx_bytes, tar_bytes
from tests.data.test_arrays import HUGE, archive, member
from tests.data.test_images import png_of

NET = "input 3x6x8\nFlatten\nFC 2\n"
TINY = ("--epochs", 1, "--processes", 1)
MNIST = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


def run(folder: Path, *given: object, net: str = NET) -> Done:
    """Train a small network in a folder; nothing may be written unless it ends well."""
    (folder / "net.txt").write_text(net)
    done = inside("compile-and-train", "net.txt", *given, *TINY, cwd=folder)
    assert (folder / "outputdir").exists() == (done.code == 0)
    return done


def says(done: Done, code: int, *words: str) -> None:
    """One summary line with its code, and a hint."""
    assert done.code == code, done.err
    assert done.out == "" or code == 0
    assert done.err.count("error ") == (code != 0)
    for word in words:
        assert word in done.err, done.err
    if code:
        assert "= hint: " in done.err


def mnist(folder: Path, **changed: bytes | None) -> Path:
    """MNIST's four files with 40 images each, but for some; ``None`` is a file that is not there."""
    images = idx_bytes(np.random.default_rng(0).integers(0, 256, (40, 28, 28)))
    files = dict(zip(MNIST, (images, idx_bytes(np.arange(40) % 10)) * 2, strict=True))
    names = {"images": MNIST[0], "labels": MNIST[1]}
    for name, content in files.items():
        replaced = {names[key]: value for key, value in changed.items()}.get(name, content)
        if replaced is not None:
            (folder / name).write_bytes(replaced)
    return folder


WHOLE = idx_bytes(np.zeros((40, 28, 28)))
CLAIM = bytes((0, 0, 8, 3)) + struct.pack(">3I", 2**32 - 1, 28, 28)
LABELS = np.arange(40) % 10
LABELS[17] = 10
IDX = {
    "truncated": ({"images": WHOLE[:-100]}, "D510", "truncated"),
    "truncated and zipped": ({"images": gzip.compress(WHOLE)[:-40]}, "D510", "the compressed data end too early"),
    "a checksum that is wrong": ({"images": gzip.compress(WHOLE)[:-8] + bytes(8)}, "D510", "CRC"),
    "no deflate": ({"images": b"\x1f\x8b\x08" + b"\0" * 7 + b"\xff" * 90}, "D510", "gzip"),
    "wrong magic": ({"images": b"\0\0\x0d\3" + WHOLE[4:]}, "D511", "wrong magic number 0x00000d03"),
    "a claim of 2^32 images": ({"images": CLAIM + bytes(784)}, "D510", "the header claims 4294967295 x 28 x 28"),
    "the same, zipped": ({"images": gzip.compress(CLAIM)}, "D510", "the header claims"),
    "counts that differ": ({"labels": idx_bytes(np.arange(39) % 10)}, "D512", "40 images, 39 labels"),
    "a label out of range": ({"labels": idx_bytes(LABELS)}, "D513", "label 10 at index 17 is not in 0..9"),
    "a web page": ({"images": b"<!DOCTYPE html><html>404"}, "D511", "is a web page (HTML), not data"),
    "a bomb": (
        {"images": gzip.compress(CLAIM[:4] + struct.pack(">3I", 1, 28, 28)) + gzip_zeros(512)},
        "D510",
        "goes on",
    ),
    "no file": ({"labels": None}, "D503", "train-labels-idx1-ubyte not found"),
    "no bytes": ({"labels": b""}, "D510", "truncated: 0 bytes"),
}


@pytest.mark.parametrize("name", IDX)
def test_idx(tmp_path: Path, name: str) -> None:
    changed, code, words = IDX[name]
    sizes = ("--train", 10, "--valid", 10, "--test", 10)
    done = run(mnist(tmp_path, **changed), "--data-dir", tmp_path, *sizes, net="Flatten\nFC 10\n")
    says(done, 3, f"error {code}: ", words)


def cifar(**changed: bytes) -> bytes:
    batches = {"data_batch_1": cifar_batch([0, 1] * 20), "test_batch": cifar_batch([0, 1])} | changed
    return gzip.compress(tar_bytes({f"cifar-10-batches-bin/{name}.bin": content for name, content in batches.items()}))


def pickled() -> bytes:
    out = BytesIO()
    content = pickle.dumps({b"data": b"", b"labels": []})
    with tarfile.open(fileobj=out, mode="w:gz") as packed:
        entry = tarfile.TarInfo("cifar-10-batches-py/data_batch_1")
        entry.size = len(content)
        packed.addfile(entry, BytesIO(content))
    return out.getvalue()


CIFAR = {
    "truncated": (cifar()[:-500], "D510", "truncated"),
    "half a record": (cifar(test_batch=cifar_batch([0, 1])[:-1]), "D510", "not a whole number of records of 3,073"),
    "a label out of range": (cifar(test_batch=cifar_batch([0, 10])), "D513", "label 10 at index 1 is not in 0..9"),
    "no test images": (
        gzip.compress(tar_bytes({"data_batch_1.bin": cifar_batch([0])})),
        "D503",
        "test_batch.bin not found",
    ),
    "another format": (gzip.compress(b"hello"), "D511", "is not a tar archive"),
    "a web page": (b"<html>", "D511", "is a web page"),
    "a pickle": (pickled(), "D511", "a pickle, which is never opened"),
}


@pytest.mark.parametrize("name", CIFAR)
def test_cifar(tmp_path: Path, name: str) -> None:
    content, code, words = CIFAR[name]
    (tmp_path / "cifar-10-binary.tar.gz").write_bytes(content)
    done = run(tmp_path, "--data", "cifar10", "--data-dir", tmp_path, net="Flatten\nFC 10\n")
    says(done, 3, f"error {code}: ", words)
    if name == "a pickle":
        assert "the binary version is wanted: cifar-10-binary.tar.gz" in done.err


def npz(**arrays: np.ndarray) -> bytes:
    out = BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


PIXELS = np.random.default_rng(0).random((20, 3, 6, 8))
ARRAYS = {
    "a pickle": (npz(images=PIXELS.astype(object), labels=np.arange(20) % 2), "D511", "a pickle"),
    "128 bytes that ask for 8 TiB": (archive(images=member(HUGE), labels=member(HUGE)), "D510", "the header claims"),
    "NaN": (npz(images=np.where(PIXELS > 0.999, np.nan, PIXELS), labels=np.arange(20) % 2), "D515", "a pixel of nan"),
    "pixels outside of the range": (npz(images=PIXELS * 2 - 1, labels=np.arange(20) % 2), "D515", "has a pixel of -"),
    "another shape": (npz(images=PIXELS[..., :4], labels=np.arange(20) % 2), "D509", "3x6x4, the network takes 3x6x8"),
    "truncated": (npz(images=PIXELS, labels=np.arange(20) % 2)[:-50], "D510", "truncated or damaged"),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays(tmp_path: Path, name: str) -> None:
    content, code, words = ARRAYS[name]
    (tmp_path / "a.npz").write_bytes(content)
    says(run(tmp_path, "--data", "a.npz"), 3, f"error {code}: ", words)


def test_float_pixels_are_accepted(tmp_path: Path) -> None:
    (tmp_path / "a.npz").write_bytes(npz(images=PIXELS, labels=np.arange(20) % 2))
    says(run(tmp_path, "--data", "a.npz"), 0, "16 / 2 / 2 images")


IMAGES: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "no bytes": (lambda path: path.write_bytes(b""), "D510", "is empty (0 bytes)"),
    "corrupt": (lambda path: path.write_bytes(path.read_bytes()[:50]), "D510", "the image is damaged"),
    "huge": (lambda path: path.write_bytes(png_of(50_000, 50_000)), "D511", "is too large"),
    "another format": (lambda path: path.write_bytes(b"II*\0" + bytes(99)), "D511", "is not a PNG"),
    "a named pipe": (lambda path: (path.unlink(), os.mkfifo(path)), "D511", "is a named pipe"),
    "an endless device": (lambda path: (path.unlink(), path.symlink_to("/dev/zero")), "D511", "is a device"),
    "a link to nothing": (lambda path: (path.unlink(), path.symlink_to("none")), "D503", "not found"),
}


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_that_is_none_is_named_and_can_be_left_out(tmp_path: Path, name: str) -> None:
    break_it, code, words = IMAGES[name]
    folder = folder_of(tmp_path / "zoo", {"cat": 20, "dog": 20})
    bad = folder / "dog" / "006.png"
    break_it(bad)
    says(run(tmp_path, "--data", "zoo"), 3, f"error {code}: ", str(Path("zoo", "dog", "006.png")), words)
    done = run(tmp_path, "--data", "zoo", "--skip-bad")
    says(done, 0, "1 bad image left out: zoo/dog/006.png", "31 / 4 / 4 images")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_image_that_may_not_be_read(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "zoo", {"cat": 20, "dog": 20})
    (folder / "dog" / "006.png").chmod(0)
    says(run(tmp_path, "--data", "zoo"), 3, "error D503: zoo/dog/006.png: cannot be read")


SORTS: dict[str, Callable[[Image.Image], tuple[Image.Image, str]]] = {
    "CMYK": lambda one: (one.convert("CMYK"), "JPEG"),
    "16 bit": lambda one: (Image.fromarray(np.asarray(one.convert("L")).astype(np.uint16) * 257), "PNG"),
    "palette with alpha": lambda one: (one.convert("RGBA").quantize(8), "PNG"),
    "animated": lambda one: (one, "GIF"),
    "webp": lambda one: (one, "WEBP"),
    "bmp": lambda one: (one, "BMP"),
}


def test_images_of_every_sort_and_odd_names_are_accepted(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "a zoo", {"chats & chiens": 20, "-x": 20, "näh\u200b": 4})
    for number, (name, convert) in enumerate(SORTS.items()):
        converted, form = convert(picture(1, number))
        frames = {"save_all": True, "append_images": [picture(2, 1)]} if name == "animated" else {}
        converted.save(folder / "-x" / f"odd {number}.{form.lower().replace('jpeg', 'JPG')}", form, **frames)
    exif = Image.Exif()
    exif[0x0112] = 6
    picture(0, 3, size=(6, 8)).save(folder / "-x" / "turned.jpg", exif=exif)
    (folder / "-x" / "loop").symlink_to(folder)
    done = run(tmp_path, "--data", "a zoo", net="input 3x6x8\nFlatten\nFC 3\n")
    says(done, 0)


CLASSES = {
    "an empty class": ({"cat": 20, "dog": 0}, "class `dog` has no images"),
    "one class only": ({"cat": 20}, "one class only: there is nothing to tell apart"),
    "no class": ({}, "there are no folders in it"),
}


@pytest.mark.parametrize("name", CLASSES)
def test_classes_that_do_not_add_up(tmp_path: Path, name: str) -> None:
    counts, words = CLASSES[name]
    (tmp_path / "zoo").mkdir()
    folder_of(tmp_path / "zoo", counts)
    says(run(tmp_path, "--data", "zoo"), 3, "error D514: zoo: ", words)


PATHS: dict[str, tuple[Callable[[Path], object], int, str]] = {
    "missing": (lambda _: None, 3, "error D503: ./data.npz: not found"),
    "a named pipe": (os.mkfifo, 3, "error D511: data.npz: is a named pipe, not a regular file"),
    "an endless device": (lambda path: path.symlink_to("/dev/zero"), 3, "error D511: data.npz: is a device"),
    "text": (lambda path: path.write_text("hello"), 3, "error D511: data.npz: is not an .npz"),
}


@pytest.mark.parametrize("name", PATHS)
def test_paths(tmp_path: Path, name: str) -> None:
    make, code, words = PATHS[name]
    make(tmp_path / "data.npz")
    says(run(tmp_path, "--data", "./data.npz"), code, words)


def test_a_name_that_is_none(tmp_path: Path) -> None:
    says(run(tmp_path, "--data", "imagenet"), 2, "error D503: no data set is called 'imagenet'", "or give a path")


def test_fewer_images_than_a_batch_and_a_last_batch_of_one(tmp_path: Path) -> None:
    folder_of(tmp_path / "zoo", {"cat": 6, "dog": 7})
    done = run(tmp_path, "--data", "zoo", "--batch", 0)
    assert (done.code, done.err) == (2, "error C407: batch must be 1 or more, got 0\n")
    says(run(tmp_path, "--data", "zoo", "--batch", 500), 0, "11 / 1 / 1 images")
    says(run(tmp_path, "--data", "zoo", "--batch", 10), 0)


def test_a_pipe_does_not_hang_the_real_command(tmp_path: Path) -> None:
    (tmp_path / "net.txt").write_text(NET)
    os.mkfifo(tmp_path / "zoo.csv")
    done = cnndsl("compile-and-train", "net.txt", "--data", "zoo.csv", cwd=tmp_path, timeout=30)
    says(done, 3, "error D511: zoo.csv: is a named pipe")

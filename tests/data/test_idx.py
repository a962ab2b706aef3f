"""IDX files: what is read is what was written, and each kind of damage is named."""

from __future__ import annotations

import gzip
import os
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cnndsl.data.idx import read_idx
from cnndsl.errors import InputError

from .samples import gzip_zeros, idx_bytes, refused, unhurried, write

IMAGES = idx_bytes(np.arange(3 * 28 * 28).reshape(3, 28, 28) % 251)
HTML = b"<!DOCTYPE html><html><head><title>404</title></head><body>not here</body></html>" * 20


@unhurried
@given(array=hnp.arrays(np.uint8, hnp.array_shapes(max_dims=4, min_side=0, max_side=5)), zipped=st.booleans())
def test_what_is_read_is_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, array: np.ndarray, *, zipped: bool
) -> None:
    content = idx_bytes(array)
    path = tmp_path_factory.getbasetemp() / "law.idx"
    path.write_bytes(gzip.compress(content, 1) if zipped else content)
    read = read_idx(path)
    assert read.dtype == np.uint8
    np.testing.assert_array_equal(read, array)


def test_gzip_is_told_by_content_not_by_name(tmp_path: Path) -> None:
    zipped = read_idx(write(tmp_path / "plain-name", gzip.compress(IMAGES)))
    plain = read_idx(write(tmp_path / "name.gz", IMAGES))
    np.testing.assert_array_equal(zipped, plain)
    assert plain[1, 0, 0] == 784 % 251


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("kept", [0, 3, 4, 9, 15, 16, 17, len(IMAGES) - 1])
def test_truncated_content(tmp_path: Path, kept: int, *, zipped: bool) -> None:
    content = IMAGES[:kept]
    path = write(tmp_path / "images", gzip.compress(content) if zipped else content)
    with pytest.raises(InputError) as error:
        read_idx(path, rank=3)
    refused(error, "D510", str(path), "truncated")
    assert ("the header claims" in error.value.message) == (kept >= 16 and not zipped)  # found before allocating


@pytest.mark.parametrize("kept", [2, 5, 12, 40, -9, -1])
def test_truncated_gzip(tmp_path: Path, kept: int) -> None:
    path = write(tmp_path / "images.gz", gzip.compress(IMAGES)[:kept])
    with pytest.raises(InputError) as error:
        read_idx(path, rank=3)
    refused(error, "D510", str(path), "truncated")


@pytest.mark.parametrize("at", [2, 60, 100, -6, -2])
def test_damaged_gzip(tmp_path: Path, at: int) -> None:
    damaged = bytearray(gzip.compress(IMAGES, mtime=0))
    damaged[at] ^= 0x55
    with pytest.raises(InputError) as error:
        read_idx(write(tmp_path / "images.gz", bytes(damaged)))
    refused(error, "D510")


@unhurried
@given(at=st.integers(0, 10**6), flip=st.integers(1, 255))
def test_no_damage_raises_anything_else(tmp_path_factory: pytest.TempPathFactory, at: int, flip: int) -> None:
    damaged = bytearray(gzip.compress(IMAGES, mtime=0))
    damaged[at % len(damaged)] ^= flip
    path = write(tmp_path_factory.getbasetemp() / "damaged.gz", bytes(damaged))
    try:
        read = read_idx(path, rank=3)
    except InputError:
        return
    assert idx_bytes(read) == IMAGES  # a flip in gzip's own header, such as its time stamp


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("rest", [b"\0", b"and more"])
def test_trailing_garbage(tmp_path: Path, rest: bytes, *, zipped: bool) -> None:
    path = write(tmp_path / "images", gzip.compress(IMAGES + rest) if zipped else IMAGES + rest)
    with pytest.raises(InputError) as error:
        read_idx(path)
    refused(error, "D510", "trailing")


def test_garbage_after_the_gzip_data(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        read_idx(write(tmp_path / "images.gz", gzip.compress(IMAGES) + b"garbage"))
    refused(error, "D510")


@pytest.mark.parametrize("magic", ["00000d03", "01000803", "00000800", "00000805", "00000801", "93504e55"])
def test_wrong_magic(tmp_path: Path, magic: str) -> None:
    with pytest.raises(InputError) as error:
        read_idx(write(tmp_path / "images", bytes.fromhex(magic) + IMAGES[4:]), rank=3)
    refused(error, "D511", f"magic number 0x{magic}", "expected 0x00000803")


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("page", [HTML, b"\xef\xbb\xbf\n  <html lang=en>" + HTML])
def test_a_web_page(tmp_path: Path, page: bytes, *, zipped: bool) -> None:
    with pytest.raises(InputError) as error:
        read_idx(write(tmp_path / "train-images-idx3-ubyte.gz", gzip.compress(page) if zipped else page))
    refused(error, "D511", "HTML")


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("claim", [(2**32 - 1, 28, 28), (2**32 - 1,) * 4, (2**31 + 1,), (3_000_000, 28, 28), (10**6,)])
def test_a_header_that_lies_allocates_nothing(
    tmp_path: Path, peak_memory: Callable[[], int], claim: tuple[int, ...], *, zipped: bool
) -> None:
    content = bytes((0, 0, 8, len(claim))) + struct.pack(f">{len(claim)}I", *claim) + bytes(200)
    path = write(tmp_path / "images", gzip.compress(content) if zipped else content)
    with pytest.raises(InputError) as error:
        read_idx(path)
    refused(error, "D510", "the header claims")
    assert peak_memory() < 2_000_000


def test_a_gzip_bomb_is_not_unpacked(tmp_path: Path, peak_memory: Callable[[], int]) -> None:
    path = write(tmp_path / "images.gz", gzip.compress(IMAGES) + gzip_zeros(4096))
    before = peak_memory()
    with pytest.raises(InputError) as error:
        read_idx(path)
    refused(error, "D510", "trailing")
    assert peak_memory() - before < 4_000_000


@pytest.mark.parametrize("claimed", [2**32 - 1, 2**31 + 1])
def test_a_bomb_with_a_matching_header_is_refused_by_the_cap(tmp_path: Path, claimed: int) -> None:
    header = bytes((0, 0, 8, 1)) + struct.pack(">I", claimed)
    with pytest.raises(InputError) as error:
        read_idx(write(tmp_path / "bomb.gz", gzip.compress(header) + gzip_zeros(4096)))
    refused(error, "D510", "at most")


def _directory(path: Path) -> None:
    path.mkdir()


def _zero_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.skipif(os.name != "posix", reason="named pipes and devices are POSIX")
@pytest.mark.parametrize(
    ("make", "word"), [(_directory, "directory"), (os.mkfifo, "pipe"), (_zero_device, "device")], ids=str
)
def test_only_regular_files_are_opened(tmp_path: Path, make: Callable[[Path], None], word: str) -> None:
    path = tmp_path / "images"
    make(path)
    with pytest.raises(InputError) as error:
        read_idx(path)
    refused(error, "D511", str(path), word)


def test_missing(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    for path in (tmp_path / "images", loop, tmp_path / "a" / "b", Path("nul\0nul"), tmp_path / ("n" * 300)):
        with pytest.raises(InputError) as error:
            read_idx(path)
        refused(error, "D503", str(path))


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 0)() == 0, reason="the superuser may read everything")
def test_unreadable(tmp_path: Path) -> None:
    path = write(tmp_path / "images", IMAGES)
    path.chmod(0)
    with pytest.raises(InputError) as error:
        read_idx(path)
    refused(error, "D503", "ermission")


def test_permission_denied_by_the_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = write(tmp_path / "images", IMAGES)
    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(InputError) as error:
        read_idx(path)
    refused(error, "D503", "Permission denied")


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file whose reading fails")
def test_a_read_that_fails() -> None:
    with pytest.raises(InputError) as error:
        read_idx("/proc/self/mem")
    refused(error, "D510", "reading failed")

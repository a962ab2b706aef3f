"""CIFAR-10's archive when it is damaged or hostile."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.data import cifar
from cnndsl.data.cifar import read_cifar10
from cnndsl.data.cifar_forms import CIFAR10_ARCHIVE
from cnndsl.errors import InputError

from .samples import CIFAR_TEST, Files, archived, cifar_batch, gzip_zeros, refused, tar_bytes, unhurried, write


def test_an_archive_that_is_not_gzipped(tmp_path: Path, cifar_files: Files) -> None:
    assert len(read_cifar10(write(tmp_path / "cifar.tar", tar_bytes(cifar_files))).train) == 6


@pytest.mark.parametrize("content", [b"", b"no tar archive", bytes(range(256)) * 40])
def test_not_an_archive(tmp_path: Path, content: bytes) -> None:
    for data in (content, gzip.compress(content)):
        with pytest.raises(InputError) as error:
            read_cifar10(write(tmp_path / CIFAR10_ARCHIVE, data))
        refused(error, "D511", "not a tar archive")


@pytest.mark.parametrize("share", [0.001, 0.3, 0.6, 0.9, 0.9999])
def test_a_truncated_archive(tmp_path: Path, cifar_files: Files, share: float) -> None:
    path = archived(tmp_path, cifar_files)
    whole = path.read_bytes()
    write(path, whole[: int(len(whole) * share)])
    with pytest.raises(InputError) as error:
        read_cifar10(path)
    refused(error, "D510", str(path))


def test_a_truncated_tar(tmp_path: Path, cifar_files: Files) -> None:
    whole = tar_bytes(cifar_files)
    with pytest.raises(InputError) as error:
        read_cifar10(write(tmp_path / "cifar.tar", whole[: whole.rindex(cifar_files[CIFAR_TEST]) + 4000]))
    refused(error, "D510")


def test_the_checksum_of_the_archive_is_verified(tmp_path: Path, cifar_files: Files) -> None:
    path = archived(tmp_path, cifar_files)
    damaged = bytearray(path.read_bytes())
    damaged[-8] ^= 1
    with pytest.raises(InputError) as error:
        read_cifar10(write(path, bytes(damaged)))
    refused(error, "D510", "CRC")


def _tar_header(name: str, kind: bytes, size: int) -> bytes:
    entry = tarfile.TarInfo(name)
    entry.type, entry.size = kind, size
    return entry.tobuf(tarfile.GNU_FORMAT)


@pytest.mark.parametrize(
    "kind", [tarfile.REGTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE], ids=["file", "name", "pax"]
)
def test_an_archive_bomb(tmp_path: Path, kind: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cifar.CIFAR10.most_content < 200_000_000
    monkeypatch.setattr(cifar, "CIFAR10", evolve(cifar.CIFAR10, most_records=1000))  # to be done sooner
    bomb = gzip.compress(_tar_header("junk", kind, 4 << 30)) + gzip_zeros(4096)
    with pytest.raises(InputError) as error:
        read_cifar10(write(tmp_path / CIFAR10_ARCHIVE, bomb))
    refused(error, "D511", "unpacks to more than")


def test_an_archive_of_too_many_files(tmp_path: Path, cifar_files: Files) -> None:
    with pytest.raises(InputError) as error:
        read_cifar10(archived(tmp_path, {**{f"{n}": b"" for n in range(200)}, **cifar_files}))
    refused(error, "D511", "more than 100 files")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_a_member_that_is_no_regular_file(tmp_path: Path, kind: bytes) -> None:
    entry = tarfile.TarInfo("data_batch_1.bin")
    entry.type, entry.linkname = kind, "/etc/passwd"
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.addfile(entry)
    with pytest.raises(InputError) as error:
        read_cifar10(write(tmp_path / CIFAR10_ARCHIVE, gzip.compress(out.getvalue())))
    refused(error, "D511", "data_batch_1.bin", "not a regular file")


def test_a_member_that_is_there_twice(tmp_path: Path, cifar_files: Files) -> None:
    with pytest.raises(InputError) as error:
        read_cifar10(archived(tmp_path, {**cifar_files, "elsewhere/test_batch.bin": cifar_batch([1])}))
    refused(error, "D511", "test_batch.bin", "twice")


def test_nothing_is_written(tmp_path: Path, cifar_files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    path = archived(tmp_path, {**cifar_files, "../escaped.bin": b"x", "/escaped.bin": b"x"})
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")
    read_cifar10(path)
    assert sorted(p.name for p in tmp_path.rglob("*")) == sorted([CIFAR10_ARCHIVE, "cwd"])


@unhurried
@given(data=st.data())
def test_no_damage_raises_anything_else(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Hostile headers: numbers, types, names and checksums at random in the 512 bytes before a batch."""
    damaged = bytearray(tar_bytes({"data_batch_1.bin": cifar_batch([1]), "test_batch.bin": cifar_batch([2])}))
    second = damaged.index(b"test_batch.bin")
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.sampled_from([0, second])) + data.draw(
            st.sampled_from([0, 100, 124, 125, 135, 156, 157, 257])
        )
        piece = data.draw(st.binary(max_size=12) | st.sampled_from([b"L", b"x", b"g", b"S", b"K", b"\xff" * 12, b"2"]))
        damaged[start : start + len(piece)] = piece
    for start in (0, second):  # a header is believed only if its checksum is right
        damaged[start + 148 : start + 156] = b" " * 8
        damaged[start + 148 : start + 156] = b"%06o\0 " % sum(damaged[start : start + 512])
    path = write(tmp_path_factory.getbasetemp() / "hostile.tar", bytes(damaged))
    try:
        dataset = read_cifar10(path)
    except InputError:
        return
    assert (len(dataset.train), len(dataset.test)) == (1, 1)


@pytest.mark.parametrize(("sparse_map", "code"), [("0,3073", "D511"), ("zero,all", "D510")])
def test_a_sparse_member(tmp_path: Path, sparse_map: str, code: str) -> None:
    entry = tarfile.TarInfo("data_batch_1.bin")
    entry.size = 3073
    entry.pax_headers = {"GNU.sparse.map": sparse_map, "GNU.sparse.size": "3073"}
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(entry, io.BytesIO(cifar_batch([1])))
    with pytest.raises(InputError) as error:
        read_cifar10(write(tmp_path / CIFAR10_ARCHIVE, gzip.compress(out.getvalue())))
    refused(error, code)


def test_headers_nested_too_deeply(tmp_path: Path) -> None:
    """A long name that belongs to a long name that belongs to ..."""
    nested = (_tar_header("name", tarfile.GNUTYPE_LONGNAME, 5) + b"name\0".ljust(512, b"\0")) * 3000
    with pytest.raises(InputError) as error:
        read_cifar10(write(tmp_path / CIFAR10_ARCHIVE, gzip.compress(tar_bytes({"a": b""})[:512] + nested)))
    refused(error, "D510", "damaged")

"""Downloads from a server on this machine: mirrors, checksums of the content, and a cache that cannot be poisoned."""

from __future__ import annotations

import gzip
import hashlib
import logging
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pooch
import pytest
from attrs import evolve

from cnndsl.data import fetch
from cnndsl.data.fetch import REMOTES, Remote, RemoteFile
from cnndsl.data.idx import read_mnist
from cnndsl.errors import InputError

from .samples import gzip_zeros, refused


class Server:
    """Files by path, and the paths that were asked for."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append(self.path)
                content = server.files.get(self.path)
                self.send_response(404 if content is None else 200)
                self.send_header("Content-Length", str(len(content or b"")))
                self.end_headers()
                self.wfile.write(content or b"")

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, mnist_dir: Path) -> Iterator[Server]:
    """Two MNIST mirrors, ``/a/`` without any files and ``/b/`` with all; CIFAR-10 at ``/c/``."""
    monkeypatch.setenv("NO_PROXY", "*")
    server = Server()
    thread = Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    files = []
    for path in mnist_dir.iterdir():
        raw = path.read_bytes()
        name, unpacked = path.name.removesuffix(".gz"), gzip.decompress(raw) if path.suffix else raw
        server.files[f"/b/{name}.gz"] = gzip.compress(unpacked)
        files.append(RemoteFile(f"{name}.gz", md5_of(unpacked), len(unpacked)))
    archive = b"an archive"
    server.files["/c/cifar-10-binary.tar.gz"] = archive
    mirrors = (f"{server.url}/a/", f"{server.url}/b/")
    monkeypatch.setitem(REMOTES, "mnist", Remote(mirrors, tuple(files), 1))
    file = RemoteFile("cifar-10-binary.tar.gz", md5_of(archive))
    monkeypatch.setitem(REMOTES, "cifar10", Remote((f"{server.url}/c/",), (file,), 1))
    yield server
    server.http.shutdown()
    server.http.server_close()
    thread.join()


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """No network: nothing listens at port 9 of this machine."""
    monkeypatch.setenv("NO_PROXY", "*")
    for name, folders in (("mnist", "ab"), ("cifar10", "c")):
        mirrors = tuple(f"http://127.0.0.1:9/{folder}/" for folder in folders)
        monkeypatch.setitem(REMOTES, name, evolve(REMOTES[name], mirrors=mirrors))


def md5_of(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def mnist_names() -> list[str]:
    return [file.name for file in REMOTES["mnist"].files]


def fetch_mnist(cache_dir: Path | None = None) -> Path:
    return fetch.fetch("mnist", cache_dir)


def fetch_cifar10(cache_dir: Path | None = None) -> Path:
    return fetch.fetch("cifar10", cache_dir) / "cifar-10-binary.tar.gz"


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_the_second_mirror_is_tried_and_the_cache_is_used(server: Server, tmp_path: Path, mnist_dir: Path) -> None:
    folder = fetch_mnist(tmp_path / "cache")
    np.testing.assert_array_equal(read_mnist(folder).train.images, read_mnist(mnist_dir).train.images)
    assert sorted(server.asked) == sorted(f"/{mirror}/{name}" for mirror in "ab" for name in mnist_names())
    assert files_in(tmp_path / "cache") == sorted(mnist_names())
    server.asked.clear()
    assert fetch_mnist(tmp_path / "cache") == folder
    assert server.asked == []


def test_compression_does_not_matter_content_does(server: Server, tmp_path: Path) -> None:
    for name in mnist_names():
        server.files[f"/a/{name}"] = gzip.compress(gzip.decompress(server.files[f"/b/{name}"]), 1, mtime=7)
    fetch_mnist(tmp_path / "cache")
    assert all(path.startswith("/a/") for path in server.asked)


@pytest.mark.parametrize("bad", [b"", b"<html>", gzip.compress(b"other content"), gzip_zeros(64)])
def test_a_download_with_the_wrong_content_is_not_kept(server: Server, tmp_path: Path, bad: bytes) -> None:
    for name in mnist_names():
        server.files[f"/a/{name}"] = server.files[f"/b/{name}"] = bad
    with pytest.raises(InputError) as error:
        fetch_mnist(tmp_path / "cache")
    refused(error, "D503", "/a/", "/b/", "wrong checksum")
    assert files_in(tmp_path / "cache") == []


def test_content_that_goes_on_is_not_kept(server: Server, tmp_path: Path) -> None:
    for name in mnist_names():
        server.files[f"/b/{name}"] = gzip.compress(gzip.decompress(server.files[f"/b/{name}"]) + b"x")
    with pytest.raises(InputError, match="wrong checksum"):
        fetch_mnist(tmp_path / "cache")
    assert files_in(tmp_path / "cache") == []


def test_a_bad_mirror_gives_way_to_a_good_one(server: Server, tmp_path: Path) -> None:
    for name in mnist_names():
        server.files[f"/a/{name}"] = b"<html>"
    assert len(read_mnist(fetch_mnist(tmp_path / "cache")).train) == 12


def test_a_cached_file_that_was_damaged_is_fetched_again(server: Server, tmp_path: Path) -> None:
    folder = fetch_mnist(tmp_path / "cache")
    damaged = folder / "train-images-idx3-ubyte.gz"
    damaged.write_bytes(damaged.read_bytes()[:-20])
    server.asked.clear()
    fetch_mnist(tmp_path / "cache")
    assert server.asked == [f"/a/{damaged.name}", f"/b/{damaged.name}"]
    assert len(read_mnist(folder).train) == 12


def test_cifar10(server: Server, tmp_path: Path) -> None:
    archive = fetch_cifar10(tmp_path / "cache")
    assert archive.read_bytes() == b"an archive"
    assert fetch_cifar10(tmp_path / "cache") == archive
    assert server.asked == ["/c/cifar-10-binary.tar.gz"]
    server.files["/c/cifar-10-binary.tar.gz"] = b"another archive"
    with pytest.raises(InputError) as error:
        fetch_cifar10(tmp_path / "other")
    refused(error, "D503", "wrong checksum")
    assert files_in(tmp_path / "other") == []


@pytest.mark.usefixtures("nowhere")
def test_offline(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        fetch_mnist(tmp_path)
    refused(error, "D503", "127.0.0.1:9/a/", "127.0.0.1:9/b/")
    assert "--data-dir DIR" in error.value.hint
    assert "--data mnist --train 5000" in error.value.hint
    with pytest.raises(InputError) as error:
        fetch_cifar10(tmp_path)
    refused(error, "D503", "127.0.0.1:9/c/")
    assert "--data-dir DIR" in error.value.hint
    assert "mnist" not in error.value.hint


@pytest.mark.parametrize("fault", [OSError("disk full"), ConnectionError("reset"), TimeoutError(), ValueError("bad")])
def test_every_fault_of_a_download_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    def fail(*_: object, **__: object) -> str:
        raise fault

    monkeypatch.setattr(pooch, "retrieve", fail)
    with pytest.raises(InputError) as error:
        fetch_cifar10(tmp_path)
    refused(error, "D503", type(fault).__name__, str(fault))
    assert files_in(tmp_path) == []


def test_where_the_cache_is(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CNNDSL_CACHE", raising=False)
    monkeypatch.setattr(pooch, "os_cache", lambda name: tmp_path / "os" / name)
    assert fetch_cifar10().parent == tmp_path / "os" / "cnndsl" / "cifar10"
    monkeypatch.setenv("CNNDSL_CACHE", str(tmp_path / "env"))
    assert fetch_cifar10().parent == tmp_path / "env" / "cifar10"
    assert fetch_cifar10(tmp_path / "given").parent == tmp_path / "given" / "cifar10"
    assert len(server.asked) == 3


def test_a_cache_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputError) as error:
        fetch_mnist(tmp_path / "file" / "cache")
    refused(error, "D503", "cache", str(tmp_path))
    assert "CNNDSL_CACHE" in error.value.hint


@pytest.mark.usefixtures("server")
def test_silence(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    logger = pooch.get_logger()
    level = logger.level
    logger.addHandler(caplog.handler)  # pooch's logger stands apart from the others
    try:
        fetch_mnist(tmp_path)
    finally:
        logger.removeHandler(caplog.handler)
    assert [record for record in caplog.records if record.name == "pooch"] == []
    assert logger.level == level != logging.CRITICAL


def test_the_published_checksums(shared_data: Path) -> None:
    for file in REMOTES["mnist"].files:
        content = gzip.decompress((shared_data / "mnist" / file.name).read_bytes())
        assert (len(content), md5_of(content)) == (file.unpacked, file.md5)
        assert file.is_at(shared_data / "mnist" / file.name)
    md5s = [file.md5 for remote in REMOTES.values() for file in remote.files]
    assert len(set(md5s)) == len(md5s) == 10
    assert all(len(md5) == 32 for md5 in md5s)


def test_offline_by_choice(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNDSL_OFFLINE", "1")
    with pytest.raises(InputError) as error:
        fetch_mnist(tmp_path / "cache")
    refused(error, "D503", "-ubyte.gz", "CNNDSL_OFFLINE")
    assert server.asked == []
    monkeypatch.delenv("CNNDSL_OFFLINE")
    fetch_mnist(tmp_path / "cache")
    monkeypatch.setenv("CNNDSL_OFFLINE", "1")
    assert len(read_mnist(fetch_mnist(tmp_path / "cache")).train) == 12


@pytest.mark.usefixtures("server")
def test_what_the_cache_has(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    assert fetch.cached("mnist", cache) == dict.fromkeys(mnist_names())
    assert not cache.exists()
    folder = fetch_mnist(cache)
    assert fetch.cached("mnist", cache) == dict.fromkeys(mnist_names(), True)
    (folder / "t10k-labels-idx1-ubyte.gz").write_bytes(b"x")
    assert fetch.cached("mnist", cache)["t10k-labels-idx1-ubyte.gz"] is False

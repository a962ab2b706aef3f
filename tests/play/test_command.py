"""``cnndsl play`` as users run it: it says where, and ends when it is told to."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cli.command import arguments, environment
from tests.cli.inside import inside


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_it_serves_until_it_is_interrupted(finished: Path) -> None:
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(arguments("play", finished), env=environment(), **streams) as process:
        assert process.stdout is not None
        where = urlsplit(process.stdout.readline().split()[0])
        assert where.hostname == "127.0.0.1"
        with closing(HTTPConnection("127.0.0.1", where.port or 0, timeout=20)) as connection:
            connection.request("GET", "/")
            assert b"&lt;b&gt;left" in connection.getresponse().read()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", "stopped\n")


def test_a_port_that_is_taken_is_named(finished: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = inside("play", finished, "--port", port)
    assert done.code == 2
    assert f"Port {port} is taken." in done.err


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_what_is_no_port_is_refused(finished: Path, port: str) -> None:
    assert inside("play", finished, "--port", port).code == 2


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    done = inside("play", tmp_path)
    assert done.code == 3
    assert "best.safetensors" in done.err

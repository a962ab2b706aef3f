"""One run a folder: the second is refused, and what a killed one left is in nobody's way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cnndsl.errors import OutputError
from cnndsl.training.lock import LOCK, locked

HOLD = """
import sys
from pathlib import Path
from cnndsl.training.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(folder: Path) -> subprocess.Popen[str]:
    """A process that holds the folder."""
    command = [sys.executable, "-c", HOLD, str(folder)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_folder_is_held_and_let_go(tmp_path: Path) -> None:
    for _ in range(2):
        with locked(tmp_path) as remarks:
            assert remarks == ()
            said = json.loads((tmp_path / LOCK).read_text())
            assert said["process"] == os.getpid()
        assert not list(tmp_path.iterdir())


def test_an_error_lets_go(tmp_path: Path) -> None:
    def fail() -> None:
        with locked(tmp_path):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert not list(tmp_path.iterdir())


def test_the_second_is_refused_and_told_who_is_first(tmp_path: Path) -> None:
    first = holder(tmp_path)
    with pytest.raises(OutputError) as error, locked(tmp_path):
        pass
    assert (error.value.code, error.value.exit_code) == ("T606", 5)
    assert f"belongs to a run that is going on: process {first.pid} on " in error.value.message
    first.communicate()
    assert not list(tmp_path.iterdir())


def test_the_lock_of_a_run_that_was_killed_is_taken_over_and_named(tmp_path: Path) -> None:
    first = holder(tmp_path)
    first.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    first.communicate()
    assert (tmp_path / LOCK).exists()
    with locked(tmp_path) as (remark,):
        assert (remark.severity, remark.code) == ("note", "T611")
        assert f"a run that is gone: process {first.pid} on " in remark.message
    with locked(tmp_path) as remarks:
        assert remarks == ()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff" * 5000])
def test_whatever_the_file_says_nobody_holds_it(content: bytes, tmp_path: Path) -> None:
    (tmp_path / LOCK).write_bytes(content)
    with locked(tmp_path) as remarks:
        assert remarks == ()


def test_a_lock_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / LOCK).mkdir()
    with pytest.raises(OutputError, match=f"cannot write .*{LOCK}"), locked(tmp_path):
        pass

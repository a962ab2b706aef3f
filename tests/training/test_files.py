"""Durable writes: the old content or the new, never half of either, and no rubbish left."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cnndsl.errors import OutputError
from cnndsl.training import files
from cnndsl.training.files import prepare_folder, remove_unfinished, write_durably

ON_A_FULL_DISK = """
import resource, sys
from pathlib import Path
from cnndsl.errors import OutputError
from cnndsl.training.files import write_durably
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_durably(Path(sys.argv[1]), b"new" * 1000)
except OutputError as error:
    sys.exit(f"{error.exit_code} {error.message}")
"""


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_content_is_written_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for content in (b"old", b"", b"newer" * 10_000):
        write_durably(path, content)
        assert path.read_bytes() == content
        assert names_in(tmp_path) == ["file"]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no limit on file sizes to set")
def test_a_full_disk_leaves_the_old_content(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    done = subprocess.run([sys.executable, "-c", ON_A_FULL_DISK, path], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == f"5 cannot write {path}: File too large"
    assert path.read_bytes() == b"old"
    assert names_in(tmp_path) == ["file"]


@pytest.mark.parametrize("call", ["fsync", "replace"])
@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), KeyboardInterrupt()], ids=["full", "Ctrl-C"])
def test_whatever_ends_a_write_leaves_the_old_content_and_no_rubbish(
    call: str, fault: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise fault

    path = tmp_path / "file"
    path.write_bytes(b"old")
    monkeypatch.setattr(os if call == "fsync" else Path, call, fail)
    with pytest.raises(KeyboardInterrupt if isinstance(fault, KeyboardInterrupt) else OutputError):
        write_durably(path, b"new")
    assert path.read_bytes() == b"old"
    assert names_in(tmp_path) == ["file"]


def test_the_content_is_on_the_disk_before_it_takes_the_old_ones_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def note_fsync(descriptor: int) -> None:
        calls.append("fsync folder" if os.path.samestat(os.fstat(descriptor), tmp_path.stat()) else "fsync file")
        fsync(descriptor)

    def note_replace(self: Path, target: Path) -> Path:
        calls.append("replace")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(Path, "replace", note_replace)
    write_durably(tmp_path / "file", b"content")
    assert calls == ["fsync file", "replace", "fsync folder"]


def test_a_temporary_file_of_a_process_that_was_killed_is_no_obstacle(tmp_path: Path) -> None:
    stray = tmp_path / f"{files._PREFIX}{os.getpid()}-file"
    stray.write_bytes(b"half of")
    write_durably(tmp_path / "file", b"whole")
    assert names_in(tmp_path) == ["file"]


def test_a_folder_is_made_and_can_be_cleaned_of_what_killed_runs_left(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    prepare_folder(folder)
    assert names_in(folder) == []
    (folder / f"{files._PREFIX}123-best.safetensors").write_bytes(b"half of")
    (folder / "history.csv").write_bytes(b"whole")
    remove_unfinished(folder)
    assert names_in(folder) == ["history.csv"]


@pytest.mark.parametrize("below", ["", "folder"])
def test_a_file_where_the_folder_should_be_is_told(tmp_path: Path, below: str) -> None:
    (tmp_path / "out").write_bytes(b"precious")
    with pytest.raises(OutputError, match="is a file and not a folder") as error:
        prepare_folder(tmp_path / "out" / below)
    assert (error.value.exit_code, error.value.hint) == (5, "name another folder with --out")
    assert (tmp_path / "out").read_bytes() == b"precious"


@pytest.mark.skipif(sys.platform != "linux", reason="the folder is Linux's")
def test_a_folder_that_takes_no_files_is_told() -> None:
    with pytest.raises(OutputError, match="cannot write"):
        prepare_folder(Path("/proc/self/out"))
    with pytest.raises(OutputError, match="cannot write"):
        write_durably(Path("/proc/self/file"), b"content")

"""``cnndsl fmt`` as users run it: what it writes where, what it leaves alone, how it ends."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import cnndsl
from tests.cli.inside import inside

TYPED = "conv 6 5 1 2 # six\r\nrelu;FLATTEN\r\n\r\n\r\ndense 10"
CANONICAL = "Conv 6 5 1 2  # six\nReLU\nFlatten\n\nFC 10\n"
posix = pytest.mark.skipif(os.name != "posix", reason="permissions and links are POSIX's")


@pytest.fixture
def typed(tmp_path: Path) -> Path:
    path = tmp_path / "net.txt"
    path.write_bytes(TYPED.encode())
    return path


def test_a_file_is_written_in_its_canonical_form(typed: Path) -> None:
    done = inside("fmt", typed)
    assert (done.code, done.out, done.err) == (0, f"{typed}: formatted\n", "")
    assert typed.read_bytes() == CANONICAL.encode()
    assert [path.name for path in typed.parent.iterdir()] == ["net.txt"]


def test_a_file_in_canonical_form_is_not_touched(typed: Path) -> None:
    typed.write_bytes(CANONICAL.encode())
    before = typed.stat().st_mtime_ns, typed.stat().st_ino
    done = inside("fmt", typed)
    assert (done.code, done.out, done.err) == (0, "", "")
    assert (typed.stat().st_mtime_ns, typed.stat().st_ino) == before


def test_a_byte_order_mark_goes(typed: Path) -> None:
    typed.write_bytes(b"\xef\xbb\xbf" + CANONICAL.encode())
    assert inside("fmt", "--check", typed).code == 1
    assert inside("fmt", typed).code == 0
    assert typed.read_bytes() == CANONICAL.encode()


def test_standard_input_is_written_to_standard_output() -> None:
    done = cnndsl("fmt", "-", input="conv 6 5 # größe\n".encode(), stdin=None, env={"LC_ALL": "C", "PYTHONUTF8": "0"})
    assert (done.code, done.out, done.err) == (0, "Conv 6 5  # größe\n", "")


@pytest.mark.parametrize("flags", [("--check",), ("--diff",), ("--check", "--diff")], ids=" ".join)
def test_a_check_writes_nothing(typed: Path, flags: tuple[str, ...]) -> None:
    done = inside("fmt", *flags, typed)
    assert typed.read_bytes() == TYPED.encode()
    assert done.code == ("--check" in flags)
    assert (f"{typed}: would be formatted\n" in done.out) == ("--check" in flags)
    assert ("\n+Conv 6 5 1 2  # six\n" in done.out) == ("--diff" in flags)
    typed.write_bytes(CANONICAL.encode())
    done = inside("fmt", *flags, typed)
    assert (done.code, done.out, done.err) == (0, "", "")


def test_a_difference_is_a_patch(typed: Path) -> None:
    patch = shutil.which("patch")
    if patch is None:
        pytest.skip("there is no patch here")
    shown = inside("fmt", "--diff", typed.name, cwd=typed.parent).out
    command = [patch, "--binary", "-s", typed.name]
    subprocess.run(command, input=shown.encode(), cwd=typed.parent, check=True)
    assert typed.read_bytes() == CANONICAL.encode()


def test_a_file_with_syntax_errors_stays_as_it_is_and_others_do_not(typed: Path) -> None:
    wrong = typed.with_name("wrong.txt")
    wrong.write_text("conv 6, 5\nrelu\n", encoding="utf-8")
    done = inside("fmt", wrong, typed)
    assert done.code == 1
    assert done.err.startswith(f"{wrong}:1:7: error P001: ")
    assert wrong.read_text(encoding="utf-8") == "conv 6, 5\nrelu\n"
    assert typed.read_bytes() == CANONICAL.encode()


def test_what_is_not_there_or_cannot_be_written_is_said(tmp_path: Path) -> None:
    done = inside("fmt", tmp_path / "none.txt")
    assert (done.code, done.out) == (3, "")
    assert "there is no such file" in done.err


@posix
def test_the_permissions_stay_and_a_link_stays_a_link(typed: Path) -> None:
    typed.chmod(0o640)
    link = typed.with_name("link.txt")
    link.symlink_to("net.txt")
    assert inside("fmt", link).code == 0
    assert link.is_symlink()
    assert typed.read_bytes() == CANONICAL.encode()
    assert typed.stat().st_mode & 0o777 == 0o640


@posix
@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="nothing is read-only to root")
def test_a_read_only_file_is_not_written(typed: Path) -> None:
    typed.chmod(0o444)
    done = inside("fmt", typed)
    assert done.code == 5
    assert typed.read_bytes() == TYPED.encode()


@posix
def test_a_full_disk_leaves_the_file_as_it_was(typed: Path) -> None:
    script = "import resource, sys\nresource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))\n"
    script += "from cnndsl.cli import main\nmain(['fmt', sys.argv[1]])"
    done = subprocess.run([sys.executable, "-c", script, typed], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (5, "")
    assert done.stderr.startswith(f"error: cannot write {typed}: ")
    assert typed.read_bytes() == TYPED.encode()
    assert [path.name for path in typed.parent.iterdir()] == ["net.txt"]


def test_a_formatter_that_would_change_the_meaning_is_stopped(typed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cnndsl.cli import _run
    from cnndsl.language.format import layout

    lay_out = layout.lay_out
    monkeypatch.setattr(layout, "lay_out", lambda items: lay_out(items[1:]))
    assert _run(["fmt", str(typed)]) == 70
    assert typed.read_bytes() == TYPED.encode()

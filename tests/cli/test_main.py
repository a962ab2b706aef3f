"""The command as users run it: what it prints where, how it ends, and that nothing outside changes that."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cnndsl import __version__, cli
from cnndsl.compiler import measure
from tests.cli.command import ROOT, SEED, arguments, cnndsl, environment

GOLDEN = ROOT / "tests" / "golden"
FIGURES = {
    "mnist 1x28x28": "33,078 parameters, 328,600 MACs, receptive field 32",
    "cifar10 3x32x32": "36,378 parameters, 844,000 MACs, receptive field 32",
}
posix = pytest.mark.skipif(os.name != "posix", reason="these files are POSIX's")
linux = pytest.mark.skipif(sys.platform != "linux", reason="these devices and locales are Linux's")


def ok_lines(name: str) -> str:
    """What is printed of the seed's network."""
    sizes = (
        f"{name}: legal for square inputs of 28 and more; at 27: Conv kernel 5x5 does not fit its 4x4 input (line 7)\n"
    )
    return "".join([*(f"{name}: ok on {data}: {figures}\n" for data, figures in FIGURES.items()), sizes])


def expected(name: str) -> str:
    """The report on a golden model file, without the command and the exit code."""
    return "".join((GOLDEN / f"{name}.expected").read_text(encoding="utf-8").splitlines(keepends=True)[1:-1])


def test_the_version() -> None:
    done = cnndsl("--version")
    assert (done.code, done.out, done.err) == (0, f"cnndsl {__version__}\n", "")


def test_the_installed_command_is_the_module() -> None:
    command = shutil.which("cnndsl", path=Path(sys.executable).parent)
    if command is None:
        pytest.skip("the package is not installed here")
    done = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"cnndsl {__version__}\n"


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_the_help_names_the_commands(flag: str) -> None:
    done = cnndsl(flag)
    assert (done.code, done.err) == (0, "")
    assert all(name in done.out for name in ("check", "compile-and-train"))


@pytest.mark.parametrize(
    "given",
    [
        (),
        ("chek", "x.txt"),
        ("--fast",),
        ("check",),
        ("check", "--fast", "x.txt"),
        ("compile-and-train", "a.txt", "b.txt"),
        ("compile-and-train", "--lr", "fast"),
        ("compile-and-train", "--epochs", "1.5"),
        ("compile-and-train", "--test", "most"),
    ],
    ids=" ".join,
)
def test_a_command_that_cannot_be_understood_is_answered_with_its_usage(given: tuple[str, ...]) -> None:
    done = cnndsl(*given)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Usage: cnndsl")


def test_the_seed_is_right() -> None:
    done = cnndsl("check", "inputdir/model.txt", cwd=ROOT)
    assert (done.code, done.out, done.err) == (0, ok_lines("inputdir/model.txt"), "")


def test_the_seed_is_the_published_example(shared: Path) -> None:
    assert SEED.read_bytes() == (shared / "examples" / "model.txt").read_bytes()


def test_the_seed_without_flatten_is_right_with_a_note() -> None:
    done = cnndsl("check", "examples/no-flatten.txt", cwd=ROOT)
    assert (done.code, done.out) == (0, ok_lines("examples/no-flatten.txt"))
    assert done.err == (
        "examples/no-flatten.txt:9:1: note S208: Flatten inserted before FC (100x1x1 -> 100)\n"
        "  9 | FC 10\n"
        "    | ^^\n"
        "   = hint: write `Flatten` above the FC\n"
    )


def test_errors_are_on_standard_error_alone() -> None:
    done = cnndsl("check", "five-errors.txt", cwd=GOLDEN)
    assert (done.code, done.out, done.err) == (1, "", expected("five-errors"))


def test_several_files_are_all_checked_and_the_worst_counts(tmp_path: Path) -> None:
    shutil.copy(SEED, tmp_path)
    (tmp_path / "bad.txt").write_text("Cnv 3 3\n")
    done = cnndsl("check", "bad.txt", "missing.txt", "model.txt", cwd=tmp_path)
    assert (done.code, done.out) == (3, ok_lines("model.txt"))
    assert "bad.txt:1:1: error N010" in done.err
    assert "missing.txt: there is no such file" in done.err
    assert cnndsl("check", "model.txt", "bad.txt", cwd=tmp_path).code == 1


@posix
def test_what_is_no_readable_file_is_exit_3_and_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    done = cnndsl("check", "missing.txt", ".", "pipe", "", "/dev/null", cwd=tmp_path, timeout=20)
    assert (done.code, done.out) == (3, "")
    assert [line.split(": ", 2)[1:] for line in done.err.splitlines() if line.startswith("error")] == [
        ["missing.txt", "there is no such file"],
        [".", "is a directory"],
        ["pipe", "is not a regular file"],
        [".", "is a directory"],
        ["/dev/null", "is not a regular file"],
    ]


def test_a_dash_is_standard_input() -> None:
    with SEED.open("rb") as text:
        done = cnndsl("check", "-", stdin=text)
    assert (done.code, done.out) == (0, ok_lines("<stdin>"))


@posix
@pytest.mark.parametrize(("stream", "code"), [("0<&-", 3), (">&-", 0), ("2>&-", 1)])
def test_a_closed_stream_is_no_obstacle(stream: str, code: int, tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_text("Cnv 3 3\n")
    file = {"0<&-": "-", ">&-": str(SEED), "2>&-": str(tmp_path / "bad.txt")}[stream]
    script = f'exec "$@" {stream}'
    command = ["/bin/sh", "-c", script, "sh", *arguments("check", file)]
    done = subprocess.run(command, capture_output=True, env=environment(), check=False, timeout=60)
    assert done.returncode == code
    assert b"Traceback" not in done.stderr


@linux
def test_a_full_disk_under_standard_output_is_exit_5() -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = cnndsl("check", SEED, stdout=full)
        assert (done.code, done.err) == (5, "cnndsl: the output cannot be written: No space left on device\n")
        assert cnndsl("check", GOLDEN / "five-errors.txt", stderr=full).code == 5


@posix
@pytest.mark.parametrize("given", [["check", *[str(SEED)] * 40], ["--help"]], ids=["check", "help"])
def test_a_reader_that_leaves_is_no_failure(given: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as gone:
        done = cnndsl(*given, stdout=gone)
    assert (done.code, done.err) == (0, "")


@pytest.mark.parametrize(
    ("flags", "env"),
    [
        (("-O",), {}),
        (("-OO",), {}),
        (("-I",), {}),
        ((), {"PYTHONHASHSEED": "1"}),
        ((), {"PYTHONHASHSEED": "4294967295"}),
        ((), {"PYTHONWARNINGS": "error"}),
        ((), {"LC_ALL": "C"}),
        ((), {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "20"}),
        ((), {"FORCE_COLOR": "1", "CLICOLOR_FORCE": "1"}),
        ((), {"HOME": "/nonexistent", "TMPDIR": "/nonexistent"}),
    ],
    ids=str,
)
def test_the_outside_changes_nothing(flags: tuple[str, ...], env: dict[str, str]) -> None:
    done = cnndsl("check", "five-errors.txt", "ok-seed.txt", "s208-flatten.txt", cwd=GOLDEN, flags=flags, env=env)
    told = expected("five-errors") + expected("ok-seed") + expected("s208-flatten")
    assert sorted((done.err + done.out).splitlines()) == sorted(told.splitlines())
    assert done.code == 1


@linux
@pytest.mark.parametrize(
    "env",
    [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}],
    ids=["ascii", "C"],
)
def test_a_terminal_without_unicode_gets_escapes(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "größe.txt").write_text("# größer als 5 層\ninput 1x28x28\nConv 6 5 1 2 # ≥ 5\n", encoding="utf-8")
    (tmp_path / "schön.txt").write_text("Conv 6 5 \u00d7\nÉ\n", encoding="utf-8")
    done = cnndsl("check", "größe.txt", "schön.txt", cwd=tmp_path, env=env)
    assert done.code == 1
    assert "ok 1x28x28" in done.out
    assert "U+00D7" in done.err
    assert "U+00C9" in done.err
    assert (done.out + done.err).isascii()


@linux
def test_a_file_name_cannot_steer_the_terminal(tmp_path: Path) -> None:
    names = [b"\x1b[31mred.txt", b"two\nlines.txt", b"not \xff utf-8.txt", "right\u202eleft.txt".encode()]
    for name in names:
        (tmp_path / os.fsdecode(name)).write_text("input 1x8x8\nFC 3\n")
    command = [os.fsencode(word) for word in arguments("check")]
    done = subprocess.run([*command, *names], cwd=tmp_path, env=environment(), capture_output=True, check=False)
    assert done.returncode == 0
    text = done.stdout.decode() + done.stderr.decode()
    assert all(line.isprintable() for line in text.split("\n"))
    assert done.stdout.count(b": ok 1x8x8") == 4


def test_a_bug_is_one_line_that_asks_for_a_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_arguments: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(measure, "measure", fail)
    assert cli._run(["check", str(SEED)]) == 70
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.splitlines() == [
        "cnndsl: internal error: RuntimeError: boom",
        "  = hint: this is a bug; run again with `cnndsl --debug ...` and report it",
    ]
    with pytest.raises(RuntimeError, match="boom"):
        cli._run(["--debug", "check", str(SEED)])


def test_debug_changes_nothing_where_nothing_fails() -> None:
    assert cnndsl("--debug", "check", "ok-seed.txt", cwd=GOLDEN).out == expected("ok-seed")

"""``cnndsl explain``, and the completion of its codes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cnndsl.diagnostics.catalogue import ENTRIES
from tests.cli.command import SEED, cnndsl


def completed(line: str, word: int) -> list[str]:
    """What the shell is told when Tab is pressed on a word of a line."""
    variables = {"_CNNDSL_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(word)}
    done = cnndsl(env=variables)
    assert (done.code, done.err) == (0, "")
    return done.out.splitlines()


def test_a_code_has_a_page() -> None:
    done = cnndsl("explain", "S201")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("S201 (error): The kernel is larger than its input\n\n")
    for part in ("An example:", "$ cnndsl check model.txt\n", "error S201: Conv kernel 5x5 does not fit its 4x4 input"):
        assert part in done.out
    for part in ("Corrected:", "What to do:", "Why it matters:"):
        assert part in done.out


def test_a_code_may_be_small_and_several_may_be_named() -> None:
    done = cnndsl("explain", "p001", "n010")
    assert done.code == 0
    assert "P001 (error)" in done.out
    assert "N010 (error)" in done.out


def test_without_a_code_all_are_listed() -> None:
    done = cnndsl("explain")
    assert done.code == 0
    assert all(f"{entry.code}  {entry.severity}" in done.out for entry in ENTRIES)


@pytest.mark.parametrize(
    ("code", "hint"),
    [("S2O1", "there is no such file"), ("S991", "Did you mean"), ("Z1", "`cnndsl explain` lists all")],
)
def test_an_unknown_code_gets_a_suggestion(code: str, hint: str) -> None:
    done = cnndsl("explain", code)
    assert done.code == (3 if "file" in hint else 2)
    assert hint in done.err


def test_a_line_of_a_file(tmp_path: Path) -> None:
    shutil.copy(SEED, tmp_path)
    done = cnndsl("explain", "model.txt:1", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert "parameters     6 x 1 x 5 x 5 + 6 = 156 (W + b)" in done.out
    whole = cnndsl("explain", "model.txt", cwd=tmp_path)
    assert whole.out.startswith(done.out)
    assert whole.out.count("  output ") == 11


def test_standard_input_can_be_explained() -> None:
    with SEED.open("rb") as text:
        done = cnndsl("explain", "-", stdin=text)
    assert done.code == 0
    assert "<stdin>:3: Pool 2 2" in done.out


def test_a_file_may_be_called_like_a_code(tmp_path: Path) -> None:
    (tmp_path / "N1").write_text("input 1x8x8\nFC 10\n")
    assert "N1:2: FC 10" in cnndsl("explain", "N1", cwd=tmp_path).out


@pytest.mark.parametrize(("what", "code"), [("gone.txt:3", 3), ("model.txt:99", 2), ("model.txt:0", 2)])
def test_what_is_not_there_is_said(what: str, code: int, tmp_path: Path) -> None:
    shutil.copy(SEED, tmp_path)
    done = cnndsl("explain", what, cwd=tmp_path)
    assert (done.code, done.out) == (code, "")
    assert "  = hint: " in done.err


def test_codes_are_completed() -> None:
    assert completed("cnndsl explain s20", 2)[:3] == ["plain,S200", "plain,S201", "plain,S202"]
    assert completed("cnndsl explain model", 2) == ["file,model"]


def test_commands_options_and_formats_are_completed() -> None:
    assert {"plain,check", "plain,explain", "plain,layers"} <= set(completed("cnndsl ", 1))
    assert "plain,--format" in completed("cnndsl check --", 2)
    assert completed("cnndsl check --format s", 3) == ["plain,sarif"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_is_told_how_to_complete(shell: str) -> None:
    done = cnndsl(env={"_CNNDSL_COMPLETE": f"{shell}_source"})
    assert done.code == 0
    assert "_cnndsl_completion" in done.out

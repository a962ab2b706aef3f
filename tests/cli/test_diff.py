"""``cnndsl diff`` as users run it: exit codes as those of diff(1), two formats, standard input."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import SEED
from tests.cli.inside import inside

EXIT = ("same", "different", "wrong", "unreadable")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    seed = SEED.read_text(encoding="utf-8")
    texts = {
        "seed.txt": seed,
        "typed.txt": seed.replace("Conv", "conv2d").replace("\n", "\r\n"),
        "wide.txt": seed.replace("Conv 12", "Conv 16"),
        "wrong.txt": "Cnv 3\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8", newline="")
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("seed.txt", "seed.txt", "same"),
        ("seed.txt", "typed.txt", "same"),
        ("seed.txt", "wide.txt", "different"),
        ("seed.txt", "wrong.txt", "wrong"),
        ("wrong.txt", "seed.txt", "wrong"),
        ("seed.txt", "none.txt", "unreadable"),
    ],
)
def test_the_exit_code_says_whether_the_networks_differ(files: Path, old: str, new: str, code: str) -> None:
    done = inside("diff", old, new, cwd=files)
    assert done.code == EXIT.index(code)
    assert bool(done.err) == (code in {"wrong", "unreadable"})
    assert bool(done.out) == (code in {"same", "different"})


def test_one_network_is_said_to_be_one(files: Path) -> None:
    done = inside("diff", "seed.txt", "typed.txt", cwd=files)
    assert done.out == "seed.txt -> typed.txt: same network: only spelling differs\n"


def test_one_of_the_files_may_be_standard_input(files: Path) -> None:
    done = inside("diff", "-", "wide.txt", cwd=files, stdin=(files / "seed.txt").read_bytes())
    assert done.code == 1
    assert done.out.startswith("<stdin> -> wide.txt: 1 layer differs, on mnist 1x28x28\n")
    both = inside("diff", "-", "-", cwd=files)
    assert (both.code, both.out) == (2, "")
    assert "not both" in both.err


def test_the_images_may_be_given(files: Path) -> None:
    done = inside("diff", "seed.txt", "wide.txt", "--input", "2x40x40", cwd=files)
    assert "1 layer differs, on 2x40x40\n" in done.out
    done = inside("diff", "seed.txt", "wide.txt", "--input", "2x40", cwd=files)
    assert done.code == 2


def test_markdown_is_tables(files: Path) -> None:
    done = inside("diff", "seed.txt", "wide.txt", "--format", "markdown", cwd=files)
    assert done.code == 1
    assert "| \\~ | Conv.1 | line 4 | Conv 16 5: out 12 -> 16 |\n" in done.out
    assert "\n| parameters | 33,078 | 43,682 | +10,604 | +32.1% |\n" in done.out


def test_the_help_says_what_the_exit_codes_mean() -> None:
    assert "Exit codes, as with diff(1)" in inside("diff", "--help").out

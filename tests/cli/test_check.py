"""``cnndsl check``: formats, strictness, folders and colour, as users of the command meet them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET  # only documents of this project are parsed

import pytest

from cnndsl.cli.models import looks_like_model, model_files
from tests.cli.command import ROOT, SEED, arguments, cnndsl, environment
from tests.diagnostics import sarif_standard

GOLDEN = ROOT / "tests" / "golden"
MACHINES = ("json", "sarif", "junit", "github")
SMALL = "input 1x8x8\nConv 4 3 1 1\nReLU\nFC 10\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model that is right, one that is wrong, one that leaves Flatten out, and texts that are none."""
    (tmp_path / "right.txt").write_text(SMALL.replace("FC", "Flatten\nFC"))
    (tmp_path / "noted.txt").write_text(SMALL)
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "wrong.txt").write_text("Cnv 6 5\nReLU\n")
    (tmp_path / "requirements.txt").write_text("numpy>=2.0\nlark\n")
    (tmp_path / "deep" / "block.txt").write_text("block B(ch) {\n  Conv $ch 3 1 1\n  ReLU\n}\n")
    (tmp_path / "deep" / "notes.txt").write_text("Pool your ideas here.\nAdd salt.\n")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "model.txt").write_text(SMALL)
    return tmp_path


@pytest.mark.parametrize("name", MACHINES)
def test_a_document_stands_alone_on_standard_output(name: str, folder: Path) -> None:
    done = cnndsl("check", "right.txt", "noted.txt", "deep/er/wrong.txt", "gone.txt", "--format", name, cwd=folder)
    assert (done.code, done.err) == (3, "")
    assert done.out.isascii()


def test_json_tells_of_right_and_wrong_files(folder: Path) -> None:
    document = json.loads(cnndsl("check", "right.txt", "noted.txt", "--format=json", cwd=folder).out)
    assert [(file["file"], file["ok"]) for file in document["files"]] == [("right.txt", True), ("noted.txt", True)]
    assert document["files"][0]["diagnostics"] == []
    assert document["files"][1]["networks"][0] == {
        "data": None,
        "input": [1, 8, 8],
        "output": [10],
        "parameters": 40 + 2570,
        "macs": 4 * 64 * 9 + 2560,
        "receptive_field": 3,
        "square_inputs": None,
    }


def test_the_square_inputs_are_told_where_the_file_says_nothing_or_on_request(folder: Path) -> None:
    assert "square" not in cnndsl("check", "right.txt", cwd=folder).out
    asked = cnndsl("check", "--sizes", "right.txt", cwd=folder)
    assert asked.out.splitlines()[1:] == ["right.txt: legal for square inputs of 1 and more"]
    (folder / "groups.txt").write_text("Conv 4 3\nPool 2\nFlatten\nGroupNorm 9\nFC 10\n")
    done = cnndsl("check", "groups.txt", "--format", "json", cwd=folder)
    sizes = json.loads(done.out)["files"][0]["networks"][0]["square_inputs"]
    assert (sizes["period"], sizes["remainders"], sizes["tried"]) == (6, [2, 3], None)
    assert (sizes["fails"]["size"], sizes["fails"]["line"]) == (7, 4)


def test_json_is_what_the_text_says() -> None:
    files = ["five-errors.txt", "ok-seed.txt", "s201-does-not-fit.txt"]
    text = cnndsl("check", *files, cwd=GOLDEN)
    done = cnndsl("check", *files, "--format", "json", cwd=GOLDEN)
    assert done.code == text.code
    findings = [finding for file in json.loads(done.out)["files"] for finding in file["diagnostics"]]
    headlines = [
        f"{f['file']}:{f['line']}:{f['column']}: {f['severity']} {f['code']}: {f['message']}" for f in findings
    ]
    assert headlines == [line for line in text.err.splitlines() if line.startswith(tuple(files))]


def test_sarif_of_every_report_there_is_keeps_to_the_standard() -> None:
    models = sorted(path.name for path in GOLDEN.glob("*.txt"))
    document = json.loads(cnndsl("check", *models, "--format", "sarif", cwd=GOLDEN).out)
    sarif_standard.check(document)
    assert len(document["runs"][0]["artifacts"]) == len(models)


def test_junit_counts_what_failed(folder: Path) -> None:
    suites = ET.fromstring(cnndsl("check", "right.txt", "deep/er/wrong.txt", "--format", "junit", cwd=folder).out)  # noqa: S314
    assert [(suite.get("name"), suite.get("failures")) for suite in suites] == [
        ("right.txt", "0"),
        ("deep/er/wrong.txt", "1"),
    ]


def test_github_says_nothing_of_what_is_right(folder: Path) -> None:
    done = cnndsl("check", "right.txt", "--format", "github", cwd=folder)
    assert (done.code, done.out, done.err) == (0, "", "")


@pytest.mark.parametrize("name", MACHINES)
def test_standard_input_is_a_file_like_others(name: str) -> None:
    with SEED.open("rb") as text:
        done = cnndsl("check", "-", "--format", name, stdin=text)
    assert (done.code, done.err) == (0, "")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
@pytest.mark.parametrize("name", ["json", "sarif", "junit"])
def test_a_name_of_any_bytes_can_be_told(name: str, tmp_path: Path) -> None:
    odd = os.fsdecode(b"\x1b[31m<&\"' \xff\n.txt")
    (tmp_path / odd).write_text("Cnv 3\n")
    done = cnndsl("check", odd, "--format", name, cwd=tmp_path)
    assert done.code == 1
    assert done.out.isascii()
    assert ET.fromstring(done.out) if name == "junit" else json.loads(done.out)  # noqa: S314 - our own document


def test_strictness_makes_errors_of_warnings_and_of_an_implied_flatten(folder: Path) -> None:
    done = cnndsl("check", "--strict", "right.txt", "noted.txt", cwd=folder)
    assert done.code == 1
    assert done.out.startswith("right.txt: ok 1x8x8")
    assert "noted.txt" not in done.out
    assert done.err.startswith("noted.txt:4:1: error S208: Flatten inserted")


def test_strictness_leaves_other_notes(tmp_path: Path) -> None:
    (tmp_path / "model.txt").write_text("input 1x7x7\nPool 2 2\nFlatten\nFC 10\n")
    done = cnndsl("check", "--strict", "model.txt", cwd=tmp_path)
    assert done.code == 0
    assert "note S205" in done.err


def test_a_folder_is_the_models_below_it(folder: Path) -> None:
    done = cnndsl("check", ".", cwd=folder)
    assert done.code == 1
    assert [line.split(":")[0] for line in done.out.splitlines()] == ["./noted.txt", "./right.txt"]
    assert "./deep/er/wrong.txt:1:1: error N010" in done.err
    assert ".: 3 other .txt files passed over: no layer lines" in done.err


def test_folders_and_files_go_together(folder: Path) -> None:
    done = cnndsl("check", "deep", "right.txt", "--format", "json", cwd=folder)
    names = [file["file"] for file in json.loads(done.out)["files"]]
    assert names == ["deep/er/wrong.txt", "right.txt"]


def test_a_folder_without_models_is_said_to_be_one(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing\n")
    done = cnndsl("check", ".", cwd=tmp_path)
    assert done.code == 3
    assert done.err.startswith("error D503: .: is a directory\n")


def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    shutil.copy(SEED, tmp_path)
    try:
        (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    except OSError:
        pytest.skip("no links here")
    assert list(model_files([str(tmp_path)])) == [str(tmp_path / "model.txt")]


@pytest.mark.parametrize(
    ("text", "looks"),
    [
        ("Conv 6 5\n", True),
        ("# a model\n\n  conv 6 5 # so\n", True),
        ("Cnv 6 5\nReLU\n", True),
        ("tap: Pool 2 2; ReLU", True),
        ("input 3x32x32\nMine 4\n", True),
        ("stage: repeat 2 {\n  Mine 4\n}\n", True),
        ("let w = 4\nConv $w (1 + 2) stride=1x2\n", True),
        ("train {\n epochs = 3\n}\n", True),
        ("block B { Conv 4 3 }\n", False),
        ("block B {\n  Conv 4 3\n}\n", False),
        ("Pool your ideas\nAdd salt\n", False),
        ("pool==2.0\nconv>=3\n", False),
        ("input data from users\n", False),
        ("", False),
    ],
)
def test_what_looks_like_a_model(text: str, looks: bool) -> None:  # noqa: FBT001 - a table
    assert looks_like_model(text) is looks


@pytest.mark.skipif(sys.platform != "linux", reason="a terminal of its own is Linux's")
@pytest.mark.parametrize(
    ("env", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False), ({"TERM": ""}, False)]
)
def test_colour_is_for_terminals_that_want_it(env: dict[str, str], coloured: bool) -> None:  # noqa: FBT001 - a table
    ours, theirs = os.openpty()
    command = arguments("check", "five-errors.txt")
    changes = {"TERM": "xterm-256color", **env}
    done = subprocess.run(command, cwd=GOLDEN, env=environment(**changes), stderr=theirs, check=False, timeout=60)
    os.close(theirs)
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        shown = terminal.read(10_000).decode()
    assert done.returncode == 1
    assert ("\x1b[" in shown) is coloured
    assert "P001" in shown
    assert "more: cnndsl explain P001 N010 A103 P003 A102" in shown

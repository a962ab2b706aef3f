"""``cnndsl check --fix``: what it changes, where it says so, and what it leaves as it was."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.inside import inside

TYPED = "\ufeffinput 1x8x8\r\n\tCnv 6 5 1 2 # six\r\nReLU;Pool 2 2\n# kept as it is\nConv  12 5 1 0\t# x\n\nFC 10.0"
MENDED = TYPED.replace("Cnv", "Conv").replace("5 1 0", "5 1 1").replace("10.0", "10")
HOPELESS = "input 1x4x4\nConv 2 5\nrequire { params < 3 }\n"


@pytest.fixture
def typed(tmp_path: Path) -> Path:
    path = tmp_path / "net.txt"
    path.write_bytes(TYPED.encode())
    return path


def apply_region_edits(text: str, edits: list[dict[str, object]]) -> str:
    """What a program makes of the edits of the JSON document: regions of the whole text, the last one first."""
    lines = text.split("\n")
    starts = [sum(len(line) + 1 for line in lines[:number]) for number in range(len(lines) + 1)]
    for edit in sorted(edits, key=lambda edit: (edit["line"], edit["column"]), reverse=True):
        start, end = (starts[edit[f"{end}line"] - 1] + edit[f"{end}column"] - 1 for end in ("", "end_"))
        text = text[:start] + str(edit["text"]) + text[end:]
    return text


def test_the_file_is_mended_and_nothing_else_in_it_changes(typed: Path) -> None:
    done = inside("check", "--fix", typed)
    assert done.code == 0
    assert typed.read_bytes() == MENDED.encode()
    assert done.out.splitlines() == [
        f"{typed}:2: mended N010: `Conv`",
        f"{typed}:7: mended A106: `10`",
        f"{typed}:5: mended S201: `pad=1`",
        f"{typed}: ok 1x8x8: 2,458 parameters, 17,280 MACs, receptive field 14",
    ]
    assert "error" not in done.err
    assert [path.name for path in typed.parent.iterdir()] == ["net.txt"]


def test_standard_input_is_mended_onto_standard_output() -> None:
    done = inside("check", "--fix", "-", stdin=TYPED.encode())
    assert (done.code, done.out) == (0, MENDED.removeprefix("\ufeff"))
    assert "<stdin>:5: mended S201: `pad=1`" in done.err
    assert "<stdin>: ok 1x8x8" in done.err


def test_what_is_right_or_past_repair_is_not_touched(tmp_path: Path) -> None:
    for text in ("input 1x8x8\nFlatten\nFC 3\n", HOPELESS, "Xyzzy 3\n"):
        path = tmp_path / "net.txt"
        path.write_text(text)
        before = path.stat().st_mtime_ns, path.stat().st_ino
        inside("check", "--fix", path)
        assert (path.stat().st_mtime_ns, path.stat().st_ino) == before


def test_what_is_left_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "net.txt"
    path.write_text("input 1x8x8\nXyzzy 3\nCnv 4 3\nFC 3\n")
    done = inside("check", "--fix", path)
    assert done.code == 1
    assert path.read_text() == "input 1x8x8\nXyzzy 3\nConv 4 3\nFC 3\n"
    assert "net.txt:2:1: error N010" in done.err


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root writes everywhere")
def test_a_file_that_is_read_only_stays_as_it_is(typed: Path) -> None:
    typed.chmod(0o400)
    done = inside("check", "--fix", typed)
    assert done.code == 5
    assert typed.read_bytes() == TYPED.encode()


def test_a_document_stands_alone_when_files_are_mended(typed: Path) -> None:
    done = inside("check", "--fix", "--format", "json", typed)
    assert json.loads(done.out)["files"][0]["ok"] is True
    assert "mended S201" in done.err


def test_a_document_and_a_mended_text_do_not_go_together() -> None:
    done = inside("check", "--fix", "--format", "sarif", "-", stdin=TYPED.encode())
    assert (done.code, done.out) == (2, "")
    assert "name a file" in done.err


@pytest.mark.parametrize(
    "text",
    [
        "input 1x8x8\nConv 6 5 1 2\nPool 2\nConv 12 5 1 0 # x\nFlatten\nFC 10\n",
        "input 1x9x9\nConv 6 5\nFlatten # here\nConv 12 5\nReLU\nFC 10\n",
        "input 1x9x9\nFlatten\nPool 3\nFC 10\n",
    ],
)
def test_edits_for_programs_make_the_same_file(text: str, tmp_path: Path) -> None:
    path = tmp_path / "net.txt"
    path.write_text(text)
    document = json.loads(inside("check", "--format", "json", path).out)
    (repair, *_) = document["files"][0]["diagnostics"][-1]["repairs"]
    run = json.loads(inside("check", "--format", "sarif", path).out)["runs"][0]
    replaced = run["results"][-1]["fixes"][0]["artifactChanges"][0]["replacements"]
    assert [given["insertedContent"]["text"] for given in replaced] == [edit["text"] for edit in repair["edits"]]
    assert [given["deletedRegion"]["endLine"] for given in replaced] == [edit["end_line"] for edit in repair["edits"]]
    inside("check", "--fix", path)
    assert path.read_text() == apply_region_edits(text, repair["edits"])

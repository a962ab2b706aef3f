"""``cnndsl init``: starter files that are right, in canonical form, and never written over somebody's work."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnndsl.cli.init import STARTERS, starter
from cnndsl.compiler import check
from cnndsl.language.format import format_source
from cnndsl.language.source import Source
from tests.cli.command import ROOT
from tests.cli.inside import inside


def test_every_starter_file_has_a_name() -> None:
    assert {path.stem for path in (ROOT / "cnndsl" / "starters").iterdir()} == set(STARTERS)


@pytest.mark.parametrize("name", STARTERS)
def test_a_starter_is_right_in_canonical_form_and_small(name: str) -> None:
    source = Source(f"{name}.txt", starter(name))
    graph, found = check(source)
    assert {each.code for each in found} <= {"G303"}
    assert graph.nodes
    assert format_source(source) == source
    assert max(map(len, source.lines)) <= 100


def test_the_first_starter_is_written_and_checked(tmp_path: Path) -> None:
    done = inside("init", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert (tmp_path / "model.txt").read_bytes().decode() == starter("seed")
    assert inside("check", "model.txt", cwd=tmp_path).code == 0


def test_a_file_that_is_there_stays_unless_forced(tmp_path: Path) -> None:
    path = tmp_path / "net.txt"
    path.write_text("mine", encoding="utf-8")
    done = inside("init", "lenet", "--out", path)
    assert (done.code, done.out) == (5, "")
    assert (
        done.err
        == f"error: {path} is there already\n  = hint: name another with --out, or write over it with --force\n"
    )
    assert path.read_text(encoding="utf-8") == "mine"
    assert inside("init", "lenet", "--out", path, "--force").code == 0
    assert path.read_text(encoding="utf-8") == starter("lenet")


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    done = inside("init", "--out", tmp_path / "none" / "net.txt")
    assert (done.code, done.out) == (5, "")
    assert "cannot write" in done.err


def test_the_list_names_every_starter_and_writes_nothing(tmp_path: Path) -> None:
    done = inside("init", "--list", cwd=tmp_path)
    assert [line.split()[0] for line in done.out.splitlines()] == list(STARTERS)
    assert not list(tmp_path.iterdir())


def test_a_starter_may_be_printed(tmp_path: Path) -> None:
    done = inside("init", "vgg", "--out", "-", cwd=tmp_path)
    assert (done.code, done.out) == (0, starter("vgg"))
    assert not list(tmp_path.iterdir())


def test_a_name_that_is_none_is_answered_with_those_there_are() -> None:
    done = inside("init", "alexnet")
    assert done.code == 2
    assert all(name in done.err for name in STARTERS)

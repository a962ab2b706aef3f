"""The parser's tables are kept from one start to the next, and nothing depends on it."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from cnndsl.language import Source
from tests.language.samples import SEED

parsing = import_module("cnndsl.language.parse")  # the package has a function of this name
EXPECTED = parsing.parse(Source("m", SEED))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The user's cache directory; the parser is made anew for the test."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    parsing._lark.cache_clear()
    parsing.parse.cache_clear()
    yield tmp_path / "cnndsl"
    parsing._lark.cache_clear()
    parsing.parse.cache_clear()


def parse_anew() -> None:
    parsing._lark.cache_clear()
    parsing.parse.cache_clear()
    assert parsing.parse(Source("m", SEED)) == EXPECTED


def test_tables_are_written_once_and_read_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parse_anew()
    (file,) = folder.iterdir()
    before = file.stat().st_mtime_ns, file.read_bytes()
    monkeypatch.setattr("lark.Lark.__init__", None)  # that would make them
    parse_anew()
    assert (file.stat().st_mtime_ns, file.read_bytes()) == before


@pytest.mark.parametrize("content", [b"", b"nonsense", b"0" * 64 + b"\n" + pickle.dumps({}), pickle.dumps("x") * 3])
def test_tables_that_cannot_be_read_are_made_anew(folder: Path, content: bytes) -> None:
    parse_anew()
    (file,) = folder.iterdir()
    good = file.read_bytes()
    for bad in (content, good[: len(good) // 2], good[64:]):
        file.write_bytes(bad)
        parse_anew()
        (file,) = folder.iterdir()
        assert file.stat().st_size > 0.9 * len(good)  # sets are written in any order


def test_another_grammar_has_other_tables(folder: Path) -> None:
    assert folder == parsing._tables("a").parent
    assert parsing._tables("a") != parsing._tables("b")


def test_without_a_place_to_keep_them_tables_are_made_each_time(folder: Path) -> None:
    folder.parent.joinpath("cnndsl").write_text("a file in the place of the folder", encoding="utf-8")
    parse_anew()
    parse_anew()


def test_without_a_home_there_is_no_such_place(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del folder
    monkeypatch.delenv("XDG_CACHE_HOME")

    def homeless() -> Path:
        raise RuntimeError

    monkeypatch.setattr(Path, "home", homeless)
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    parse_anew()
    parse_anew()

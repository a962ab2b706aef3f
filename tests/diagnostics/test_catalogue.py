"""Every code has a page, and every page tells the truth: its examples are run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import cnndsl
from cnndsl.diagnostics.catalogue import ENTRIES, FAMILIES, closest_codes, find_entry
from cnndsl.diagnostics.entry import Entry
from cnndsl.diagnostics.page import planned
from tests.diagnostics import emitted, told

PACKAGE = Path(cnndsl.__file__).parent
CODE = re.compile(r'"([A-Z]\d{3})"')
_ROW = re.compile(r"^\| ([A-Z]\d{3}) \| (\w+) \|", re.MULTILINE)

each = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.code)


def codes_in_the_code() -> set[str]:
    paths = (path for path in PACKAGE.rglob("*.py") if "diagnostics" not in path.parts)
    return {code for path in paths for code in CODE.findall(path.read_text(encoding="utf-8"))}


def test_every_code_in_the_code_has_an_entry() -> None:
    missing = sorted(code for code in codes_in_the_code() if find_entry(code) is None)
    assert not missing, "write their pages in cnndsl/diagnostics/pages"


def test_every_code_of_the_language_has_an_entry_of_its_severity(shared: Path) -> None:
    table = _ROW.findall((shared / "design" / "language.md").read_text(encoding="utf-8"))
    assert len(table) > 50
    entries = {entry.code: entry.severity for entry in ENTRIES}
    # Published data sets may hold an image twice, and have to be usable as they are.
    assert {code: entries.get(code) for code, _ in table} == {**dict(table), "D508": "warning"}


def test_what_is_said_to_be_not_reported_yet_is_not_and_all_else_is() -> None:
    late = frozenset(entry.code for entry in ENTRIES if entry.wrong) - emitted()
    assert planned() == late, "run `python -m tests.diagnostics` (or `make docs`), and look at the difference"


@each
def test_the_wrong_example_provokes_this_code_and_no_other_error(entry: Entry) -> None:
    if entry.wrong is None or entry.code in planned():
        return
    found = told(entry.wrong)
    assert found[entry.code] == entry.severity
    others = {code for code, severity in found.items() if severity in {"error", "warning"}} - {entry.code}
    # Images that are alike are often alike in more than one pair of parts, and nothing can be learnt from them.
    assert not others - ({"T602"} if entry.code == "D508" else set())


@each
def test_the_corrected_example_has_neither_the_code_nor_an_error(entry: Entry) -> None:
    if entry.right is None or entry.code in planned():
        return
    found = told(entry.right)
    assert entry.code not in found
    assert not {code for code, severity in found.items() if severity in {"error", "warning"}}


@each
def test_an_entry_is_short_and_whole(entry: Entry) -> None:
    assert entry.code[0] in FAMILIES
    assert len(entry.title) <= 60
    assert not entry.title.endswith(".")
    for text in (entry.meaning, entry.remedy, entry.why):
        assert text.endswith(".")
        assert 8 < len(text) < 400
    assert (entry.wrong is None) == (entry.right is None)


def test_codes_stand_once_and_by_family() -> None:
    codes = [entry.code for entry in ENTRIES]
    assert len(codes) == len(set(codes))
    assert codes == sorted(codes, key=lambda code: (list(FAMILIES).index(code[0]), code))


@pytest.mark.parametrize(
    ("given", "near"), [("S2O1", "S201"), ("s2011", "S201"), ("D50", "D501"), ("Q9", "Q701"), ("701", "Q701")]
)
def test_a_code_that_is_mistyped_has_near_ones(given: str, near: str) -> None:
    assert near in closest_codes(given)


def test_what_is_like_no_code_has_none_near() -> None:
    assert closest_codes("zzz") == []

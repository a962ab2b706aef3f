"""What users read, compared word for word with the files in ``tests/golden``.

``python -m tests.golden`` writes the expected texts anew.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import cnndsl
from tests.golden import FOLDER, MODELS, expected, report
from tests.golden.sessions import SESSIONS, recorded, replayed

PACKAGE = Path(cnndsl.__file__).parent
OF_MODEL_FILES = re.compile(r'"([PNASGCQL]\d{3})"')  # codes of settings, data and training are tested where they arise


def codes_in_the_code() -> set[str]:
    paths = (path for name in ("language", "compiler", "layers", "settings") for path in (PACKAGE / name).rglob("*.py"))
    return {code for path in paths for code in OF_MODEL_FILES.findall(path.read_text(encoding="utf-8"))}


def codes_in_the_reports() -> set[str]:
    reports = [path.read_text(encoding="utf-8") for path in FOLDER.glob("*.expected")]
    texts = [*reports, *map(recorded, SESSIONS)]
    return {code for text in texts for code in re.findall(r" ([A-Z]\d{3}): ", text)}


@pytest.mark.parametrize("name", MODELS)
def test_a_report_is_word_for_word_what_was_agreed(name: str) -> None:
    assert report(name) == expected(name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SESSIONS)
def test_a_session_goes_word_for_word_as_it_was_agreed(name: str) -> None:
    assert replayed(name) == recorded(name)


def test_every_code_has_a_report_that_was_agreed() -> None:
    missing = codes_in_the_code() | {"D501", "D509"}
    missing -= codes_in_the_reports()
    assert not missing, f"add a model file with each of these faults to {FOLDER}"


def test_every_report_is_about_a_model_file() -> None:
    assert {path.stem for path in FOLDER.glob("*.expected")} == set(MODELS)


@pytest.mark.parametrize("name", MODELS)
def test_a_file_is_named_for_what_is_found_in_it(name: str) -> None:
    code = name.partition("-")[0].upper()
    if re.fullmatch(r"[A-Z]\d{3}", code):
        assert f" {code}: " in expected(name).read_text(encoding="utf-8")

"""What is shown of a few networks, compared word for word with ``tests/report/golden``."""

from __future__ import annotations

import pytest

from tests.report import FILES, FOLDER, shown


@pytest.mark.parametrize("file", FILES)
def test_a_network_is_shown_as_was_agreed(file: str) -> None:
    assert shown(file) == (FOLDER / file).read_text(encoding="utf-8")


def test_every_file_belongs_to_a_network() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(FILES)

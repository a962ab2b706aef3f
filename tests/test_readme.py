"""What the README shows works as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest_plugins = ["tests.own"]

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "docs" / "testing.md"]
BLOCKS = [
    pytest.param(block, id=f"{page.stem}-{number}")
    for page in PAGES
    for number, block in enumerate(re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL))
]


@pytest.mark.usefixtures("registry")
@pytest.mark.parametrize("block", BLOCKS)
def test_a_block_of_python_runs(block: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(ROOT)
    file = tmp_path / "block.py"
    file.write_text(block, encoding="utf-8")
    exec(compile(block, str(file), "exec"), {"__name__": "block"})  # noqa: S102 - the project's own pages


def test_there_are_blocks_on_every_page() -> None:
    assert {block.id.rsplit("-", 1)[0] for block in BLOCKS if block.id} == {page.stem for page in PAGES}

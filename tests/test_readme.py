"""What the README shows works as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cnndsl import cli
from cnndsl.layers import public_kinds
from tests.cli.inside import inside

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


README = (ROOT / "README.md").read_text(encoding="utf-8")
SESSIONS = re.findall(r"```\n\$ cnndsl (.*?)\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize(("command", "printed"), SESSIONS, ids=[command for command, _ in SESSIONS])
def test_a_command_prints_what_the_readme_shows(command: str, printed: str) -> None:
    done = inside(*command.split())
    assert done.err + done.out == printed


def test_commands_are_shown() -> None:
    assert len(SESSIONS) >= 3


def test_every_command_is_in_the_table() -> None:
    assert set(re.findall(r"^\| `cnndsl ([a-z-]+)", README, re.MULTILINE)) == set(cli._COMMANDS)


def test_the_drawing_is_what_show_draws() -> None:
    drawing = (ROOT / "docs" / "mnist-20k.svg").read_text(encoding="utf-8")
    assert inside("show", "examples/mnist-20k.txt", "--svg", "-").out == drawing


def test_every_layer_is_named() -> None:
    assert not [kind.name for kind in public_kinds() if f"`{kind.name}`" not in README]


def test_the_example_that_is_shown_is_the_one_that_is_shipped() -> None:
    def code(text: str) -> list[str]:
        return [
            " ".join(line.partition("#")[0].split()) for line in text.splitlines() if line.partition("#")[0].strip()
        ]

    shown = README.partition("```\nlet w = 16")[2].partition("```")[0]
    assert code(f"let w = 16{shown}") == code((ROOT / "examples" / "resnet8-cifar.txt").read_text(encoding="utf-8"))[2:]


def test_there_are_blocks_on_every_page() -> None:
    assert {block.id.rsplit("-", 1)[0] for block in BLOCKS if block.id} == {page.stem for page in PAGES}

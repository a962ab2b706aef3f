"""The tutorial runs, and its notebook is what its twin says, with outputs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jupytext

from tests.cli.command import environment
from tests.notebook import NOTEBOOK, TWIN

_MOST_BYTES = 150_000
CELLS: list[dict[str, Any]] = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]


def test_the_twin_runs_as_a_script(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, TWIN], capture_output=True, text=True, check=False, cwd=tmp_path, env=environment()
    )
    assert done.returncode == 0, done.stderr
    assert "epoch 4/4" in done.stderr
    assert "noticed: the gradient is not the slope" in done.stdout


def test_the_notebook_has_the_cells_of_its_twin() -> None:
    twin = [(cell.cell_type, cell.source) for cell in jupytext.read(TWIN).cells]
    kept = [(cell["cell_type"], "".join(cell["source"])) for cell in CELLS]
    assert kept == twin, "run `make notebook`"


def test_the_notebook_was_run_from_top_to_bottom_and_is_small() -> None:
    code = [cell for cell in CELLS if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    assert NOTEBOOK.stat().st_size < _MOST_BYTES
    shown = [output for cell in code for output in cell["outputs"]]
    assert not [output for output in shown if output["output_type"] == "error"]
    pages = ["".join(output["data"]["text/html"]) for output in shown if "text/html" in output.get("data", {})]
    assert len(pages) == 3  # the network, the progress that ended in a line, the history
    assert "<svg" in pages[0]
    assert "4 epochs in" in pages[1]
    assert pages[2].count("<svg") == 2


def test_the_notebook_says_nothing_of_where_and_when_it_ran() -> None:
    text = NOTEBOOK.read_text(encoding="utf-8")
    assert str(TWIN.parents[1]) not in text
    assert "execute_input" not in text

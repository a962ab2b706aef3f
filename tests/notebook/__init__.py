"""The tutorial: a notebook with its outputs, and the script that it is made from."""

from __future__ import annotations

from pathlib import Path

_EXAMPLES = Path(__file__).parents[2] / "examples"
TWIN, NOTEBOOK = _EXAMPLES / "tutorial.py", _EXAMPLES / "tutorial.ipynb"

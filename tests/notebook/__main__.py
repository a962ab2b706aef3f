"""``python -m tests.notebook``: write the tutorial's notebook anew, from its twin, and run it."""

from __future__ import annotations

from tempfile import TemporaryDirectory

import jupytext
import nbformat
from nbclient import NotebookClient

from tests.notebook import NOTEBOOK, TWIN

notebook = jupytext.read(TWIN)
for number, cell in enumerate(notebook.cells, 1):
    cell.id = f"cell-{number}"
with TemporaryDirectory() as folder:
    NotebookClient(notebook, record_timing=False, resources={"metadata": {"path": folder}}).execute()
notebook.metadata.pop("jupytext", None)
notebook.metadata.language_info = {"name": "python"}  # without the version that happened to run it
nbformat.write(notebook, NOTEBOOK)

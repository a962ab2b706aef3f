"""Networks as they are shown, word for word: a file for each network and form in ``tests/report/golden``.

After a change that is meant, ``python -m tests.report`` writes them anew: look at every one of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from cnndsl.report.architecture import describe
from cnndsl.report.architecture_json import Shown, document
from cnndsl.report.architecture_table import table
from cnndsl.report.drawing import draw
from cnndsl.report.drawing_mermaid import mermaid
from tests.report.networks import NETWORKS

FOLDER = Path(__file__).parent / "golden"

FORMS: dict[str, Callable[[str], str]] = {
    "svg": lambda name: draw(NETWORKS[name](), title=name),
    "mmd": lambda name: mermaid(describe(NETWORKS[name]())),
    "json": lambda name: json.dumps(document(name, [Shown(describe(NETWORKS[name]()))]), indent=2),
    "narrow.txt": lambda name: table(describe(NETWORKS[name]()), width=80),
    "wide.txt": lambda name: table(describe(NETWORKS[name]()), data="images"),
}
FILES = [f"{name}.{form}" for name in NETWORKS for form in FORMS]


def shown(file: str) -> str:
    """What belongs in a golden file."""
    name, _, form = file.partition(".")
    return FORMS[form](name) + "\n"

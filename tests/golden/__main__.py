"""``python -m tests.golden``: write what is expected anew, and drop what belongs to no model file."""

from __future__ import annotations

from tests.golden import FOLDER, MODELS, expected, report
from tests.golden.sessions import SESSIONS, record

for stray in FOLDER.glob("*.expected"):
    if stray.stem not in MODELS:
        stray.unlink()
for name in MODELS:
    expected(name).write_text(report(name), encoding="utf-8", newline="\n")
for name in SESSIONS:
    record(name)

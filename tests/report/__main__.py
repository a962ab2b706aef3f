"""``python -m tests.report``: write what is expected anew, and drop what belongs to no network."""

from __future__ import annotations

from tests.report import FILES, FOLDER, shown

FOLDER.mkdir(exist_ok=True)
for stray in FOLDER.iterdir():
    if stray.name not in FILES:
        stray.unlink()
for file in FILES:
    (FOLDER / file).write_text(shown(file), encoding="utf-8", newline="\n")

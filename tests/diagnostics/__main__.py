"""``python -m tests.diagnostics``: write anew which codes have a page and are not reported yet."""

from __future__ import annotations

from cnndsl.diagnostics.catalogue import ENTRIES
from tests.diagnostics import PLANNED, emitted

codes = [entry.code for entry in ENTRIES if entry.wrong]
reported = emitted()
PLANNED.write_text("".join(f"{code}\n" for code in codes if code not in reported), encoding="utf-8", newline="\n")

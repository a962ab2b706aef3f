"""The catalogue of diagnostics: an entry a code."""

from __future__ import annotations

from itertools import chain

from cnndsl.diagnostics.entry import Entry
from cnndsl.diagnostics.pages import (
    arguments,
    claims,
    data,
    exchange,
    graph,
    health,
    names,
    settings,
    shapes,
    sizes,
    syntax,
    training,
)

FAMILIES = {
    "P": "What a line may look like",
    "N": "Names",
    "A": "Arguments",
    "S": "Shapes",
    "G": "The network as a whole",
    "C": "Settings",
    "D": "Data",
    "T": "Training",
    "Q": "Claims",
    "L": "Style",
    "H": "Health",
    "X": "Other programs' formats",
}
ENTRIES: tuple[Entry, ...] = tuple(
    sorted(
        chain.from_iterable(
            family.ENTRIES
            for family in (
                syntax,
                names,
                arguments,
                shapes,
                sizes,
                graph,
                settings,
                data,
                training,
                claims,
                health,
                exchange,
            )
        ),
        key=lambda entry: (list(FAMILIES).index(entry.code[0]), entry.code),
    )
)

_BY_CODE = {entry.code: entry for entry in ENTRIES}


def find_entry(code: str) -> Entry | None:
    """The entry of a code, whatever its case."""
    return _BY_CODE.get(code.upper())


def closest_codes(code: str) -> list[str]:
    """The codes that somebody may have meant: those that begin so, or else near ones, or else the family's."""
    from difflib import get_close_matches

    upper = code.upper()
    longer = [known for known in _BY_CODE if known.startswith(upper)]
    return longer or get_close_matches(upper, _BY_CODE) or [known for known in _BY_CODE if known[0] == upper[:1]]


def page_path(code: str) -> str:
    """Where the page of a code lies in the project."""
    return f"docs/diagnostics/{code}.md"

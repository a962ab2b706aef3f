"""A table in plain text."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from cnndsl.errors import printable

_BETWEEN = "  "


def columns(head: Sequence[str], rows: Sequence[Sequence[str]], numbers: Collection[int] = ()) -> str:
    """Columns of one width each, those of ``numbers`` flush right."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = [
        _BETWEEN.join(
            text.rjust(width) if column in numbers else text.ljust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (head, *rows)
    ]
    return "\n".join(map(printable, lines))

"""Tables on a terminal and in a pipe: a row a line, cells two spaces apart."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from cnndsl.errors import printable

Cells = Sequence[str]


def table(head: Cells, rows: Sequence[Cells], left: Collection[int] = ()) -> str:
    """Columns of one width each, numbers at the right, text at the ``left``; the last is text of any length."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head) - 1)]
    return "\n".join(printable(_line(row, widths, left)) for row in (head, *rows))


def _line(row: Cells, widths: Sequence[int], left: Collection[int]) -> str:
    cells = [
        f"{text:<{width}}" if column in left else f"{text:>{width}}"
        for column, (text, width) in enumerate(zip(row, widths, strict=False))
    ]
    return "  ".join([*cells, row[-1]]).rstrip()

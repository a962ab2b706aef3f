"""The epochs of a run, as curves and a table."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from attrs import field, frozen

from cnndsl.layers._kind import Tree
from cnndsl.notebook.style import framed, table
from cnndsl.report.charts import Chart, Series, draw_chart
from cnndsl.training.history import Row

_HEAD = ("epoch", "training loss", "validation loss", "accuracy", "macro F1")


@frozen(eq=False)
class History:
    """A run: a row an epoch, the best of them, and parameters and state as they were after that one."""

    rows: tuple[Row, ...]
    best: Row
    params: Tree = field(repr=False)
    state: Tree = field(repr=False)

    def _repr_html_(self) -> str:
        return rows_html(self.rows, self.best)

    def __str__(self) -> str:
        lines = [
            " ".join(text.rjust(len(head)) for text, head in zip(_cells(row), _HEAD, strict=True)) for row in self.rows
        ]
        return "\n".join([" ".join(_HEAD), *lines])


def rows_html(rows: Sequence[Row], best: Row | None) -> str:
    """Curves and table of epochs as HTML that needs nothing else; the best one is marked."""
    marked = {number: "best" for number, row in enumerate(rows) if row is best}
    cells = [_cells(row) for row in rows]
    return framed(*curves(rows, best), table(_HEAD, cells, words=0, marked=marked))


def curves(rows: Sequence[Row], best: Row | None) -> list[str]:
    """Two charts: losses, and what is to be high."""
    mark = best.epoch if best and len(rows) > 1 else None
    return [
        _figure(
            "loss",
            {"training": [row.train_loss for row in rows], "validation": [row.valid.loss for row in rows]},
            rows,
            mark,
        ),
        _figure(
            "validation",
            {"accuracy": [row.valid.accuracy for row in rows], "macro F1": [row.valid.macro_f1 for row in rows]},
            rows,
            mark,
        ),
    ]


def _figure(title: str, lines: dict[str, list[float]], rows: Sequence[Row], mark: float | None) -> str:
    series = tuple(
        Series(name, tuple((row.epoch, value) for row, value in zip(rows, values, strict=True)), number)
        for number, (name, values) in enumerate(lines.items())
    )
    key = "".join(f'<span class="key s{one.colour}">{escape(one.name)}</span>' for one in series)
    drawing = draw_chart(Chart(title, series, "epoch", mark))
    return f"<figure><figcaption>{escape(title)}: {key}</figcaption>{drawing}</figure>"


def _cells(row: Row) -> tuple[str, ...]:
    valid = row.valid
    values = (row.train_loss, valid.loss, valid.accuracy, valid.macro_f1)
    return (str(row.epoch), *(f"{value:.4f}" for value in values))

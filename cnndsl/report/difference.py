"""What differs between two model files, in words: as plain text, and as Markdown for a pull request."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from cnndsl.compiler.compare import Change, Comparison, Figure, LayerChange
from cnndsl.errors import Span, printable
from cnndsl.language.render import render_spec

Cells = tuple[str, ...]


@frozen
class _Table:
    """Rows below their heads; with ``numbers``, all columns but the first are numbers."""

    title: str
    heads: Cells
    rows: tuple[Cells, ...]
    numbers: bool = False


def as_text(comparison: Comparison, old: str, new: str, images: str = "") -> str:
    """The difference in plain text; ``images`` is what both files were compared on, where neither says it."""
    blocks = [_headline(comparison, f"{printable(old)} -> {printable(new)}", images)]
    blocks += ["\n".join([table.title, *_aligned(table)]) for table in _tables(comparison, {old, new})]
    return "\n\n".join(blocks)


def as_markdown(comparison: Comparison, old: str, new: str, images: str = "") -> str:
    """The difference in Markdown: a line that says it all, and a table for each part."""
    blocks = [_headline(comparison, f"**{_escaped(printable(old))} -> {_escaped(printable(new))}**", images)]
    blocks += ["\n".join(_piped(table)) for table in _tables(comparison, {old, new})]
    return "\n\n".join(blocks)


def _headline(comparison: Comparison, files: str, images: str) -> str:
    if comparison.same:
        return f"{files}: same network: only spelling differs"
    counts = (_counted(len(comparison.layers), "layer"), _counted(len(comparison.settings), "setting"))
    told = " and ".join(filter(None, counts)) or "the input differs"
    return f"{files}: {told}{f', on {images}' if images else ''}"


def _counted(count: int, what: str) -> str:
    return "" if count == 0 else f"{count:,} {what}{'s differ' if count > 1 else ' differs'}"


def _tables(comparison: Comparison, files: set[str]) -> list[_Table]:
    figures = tuple(map(_figure_row, comparison.figures))
    tables = (
        _Table("layers", ("", "layer", "where", "what"), _layer_rows(comparison.layers, files)),
        _Table("shapes", ("of", "before -> after"), _change_rows(comparison.shapes)),
        _Table("figures", ("", "before", "after", "change", ""), figures, numbers=True),
        _Table("variables", ("let", "before -> after"), _change_rows(comparison.variables)),
        _Table("settings", ("setting", "before -> after"), _change_rows(comparison.settings)),
    )
    renames = _Table("paths of parameters", ("", "before -> after"), _change_rows(comparison.renames))
    return [table for table in (*(() if comparison.same else tables), renames) if table.rows]


def _layer_rows(changes: Sequence[LayerChange], files: set[str]) -> tuple[Cells, ...]:
    """A row a line and what happens to it there: a line of a block may be many layers."""
    paths: dict[Cells, list[str]] = {}
    for change in changes:
        node = change.new or change.old
        if node is not None:
            sign = "~" if change.old and change.new else "+" if change.new else "-"
            cells = sign, _where(node.span, files), _what(change, render_spec(node.spec))
            paths.setdefault(cells, []).append(node.path)
    return tuple((sign, _few(found), where, what) for (sign, where, what), found in paths.items())


def _where(span: Span | None, files: set[str]) -> str:
    """The line, and the file if it is another than those that are compared."""
    if span is None:
        return ""
    return f"line {span.line}" if span.file in files else f"{printable(span.file)}:{span.line}"


def _what(change: LayerChange, layer: str) -> str:
    changes = ", ".join(f"{each.name} {_arrow(each)}" for each in change.changes)
    return f"{layer}: {changes}" if changes else layer


def _few(paths: list[str]) -> str:
    return paths[0] if len(paths) == 1 else f"{paths[0]} and {len(paths) - 1} more"


def _change_rows(changes: Sequence[Change]) -> tuple[Cells, ...]:
    return tuple((change.name, _arrow(change)) for change in changes)


def _arrow(change: Change) -> str:
    if change.old and change.new:
        return f"{change.old} -> {change.new}"
    return f"- {change.old}" if change.old else f"+ {change.new}"


def _figure_row(figure: Figure) -> Cells:
    change = figure.new - figure.old
    percent = f"{change / figure.old:+.1%}" if change and figure.old else ""
    return figure.name, f"{figure.old:,}", f"{figure.new:,}", f"{change:+,}" if change else "same", percent


def _aligned(table: _Table) -> list[str]:
    """The rows in columns, two spaces apart; numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*table.rows, strict=True)]
    lines = []
    for row in table.rows:
        cells = [
            f"{cell:>{width}}" if table.numbers and at else f"{cell:<{width}}"
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  " + "  ".join(cells).rstrip())
    return lines


def _piped(table: _Table) -> list[str]:
    rule = ["---:" if table.numbers and at else "---" for at in range(len(table.heads))]
    rows = [table.heads, rule, *(tuple(map(_escaped, row)) for row in table.rows)]
    return [f"| {' | '.join(row)} |" for row in rows]


def _escaped(text: str) -> str:
    """A text that Markdown shows as it is, in a table too."""
    return "".join(f"\\{c}" if c in r"\`*_[]<|~" else c for c in text)

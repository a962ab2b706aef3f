"""Small changes to a file's text that leave the rest as its author wrote it: an argument, a statement, a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import attrs

from cnndsl.errors import Edit, Span
from cnndsl.language.names import parts_of
from cnndsl.language.source import Source
from cnndsl.language.syntax import Argument, Call, Layer, Residual, Statement, Word


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """The text after the edits, which must not overlap. Line ends stay what they are."""
    newline = "\r\n" if "\r\n" in text else "\n"
    lines: list[str | None] = [*text.split("\n")]
    for edit in sorted(edits, key=lambda edit: (edit.span.line, edit.span.column), reverse=True):
        line = lines[edit.span.line - 1] or ""
        start = edit.span.column - 1
        end = start if edit.span.end_column is None else edit.span.end_column - 1
        new = line[:start] + edit.text.replace("\n", newline) + line[end:]
        lines[edit.span.line - 1] = None if edit.whole_line else new
    return "\n".join(line for line in lines if line is not None)


def statements_in(statements: Iterable[Statement]) -> Iterator[Any]:
    """Every statement, those in blocks, branches and the like included."""
    for statement in statements:
        yield statement
        yield from statements_in(parts_of(statement))


def set_argument(layer: Layer, spec: type[Any], name: str, value: str) -> Edit | None:
    """``name`` as ``value``: in the place of what is written for it, else behind the last argument.

    ``None`` where what is written is not a plain value (a variable says more than a number would), or where the
    statement goes over several lines.
    """
    written = argument_of(layer, spec, name)
    return _set(layer, written, name, value)


def set_shortcut(residual: Residual, value: str) -> Edit | None:
    """The same for the ``shortcut=`` of a residual."""
    written = next((argument for argument in residual.arguments if argument.name == "shortcut"), None)
    return _set(residual, written, "shortcut", value)


def _set(statement: Layer | Residual, written: Argument | None, name: str, value: str) -> Edit | None:
    if written is None:
        end = _end(statement)
        return None if end is None else Edit(_empty(statement.span, end), f" {name}={value}")
    is_plain = isinstance(written.value, int | float | str | tuple | Word) and written.span.end_column
    return Edit(written.span, value) if is_plain else None


def argument_of(layer: Layer, spec: type[Any], name: str) -> Argument | None:
    """What a statement gives for a field, by position or by name."""
    positional = [field.name for field in attrs.fields(spec) if not field.kw_only]
    given = [argument for argument in layer.arguments if argument.name is None]
    by_position = dict(zip(positional, given, strict=False))
    by_name = {argument.name: argument for argument in layer.arguments if argument.name is not None}
    return by_position.get(name) or by_name.get(name)


def remove(source: Source, layer: Layer) -> Edit | None:
    """A statement out of its line; the whole line, comment included, where there is nothing else on it.

    ``None``, here and below, where a statement goes over several lines.
    """
    extent = _extent(layer)
    if extent is None:
        return None
    line, (start, end) = source.line(layer.span.line), extent
    if _is_alone(line, extent):
        return Edit(Span(source.name, layer.span.line, 1, len(line) + 1), whole_line=True)
    before, after = line[: start - 1], line[end - 1 :]
    # With the `;` that ends it, or else with the one that begins it.
    if after.lstrip().startswith(";"):
        rest = after[after.index(";") + 1 :].lstrip()
        end = len(line) - len(rest) + 1
    elif before.rstrip().endswith(";"):
        start = before.rindex(";") + 1
    return Edit(Span(source.name, layer.span.line, start, end))


def insert_below(source: Source, target: Layer, statement: str) -> Edit | None:
    """A statement below another: on a line of its own, as far indented, or on the same line where that is shared."""
    extent = _extent(target)
    if extent is None:
        return None
    line = source.line(target.span.line)
    if not _is_alone(line, extent):
        return Edit(_empty(target.span, extent[1]), f"; {statement}")
    return Edit(_empty(target.span, len(line) + 1), f"\n{line[: extent[0] - 1]}{statement}")


def move_below(source: Source, layer: Layer, target: Layer) -> tuple[Edit, ...] | None:
    """A statement from its place to the one below another, its comment with it if both have lines of their own."""
    gone, extent, end = remove(source, layer), _extent(layer), _extent(target)
    if gone is None or extent is None or end is None:
        return None
    line = source.line(layer.span.line)
    with_comment = _is_alone(line, extent) and _is_alone(source.line(target.span.line), end)
    moved = line.strip() if with_comment else line[extent[0] - 1 : extent[1] - 1]
    put = insert_below(source, target, moved)
    return None if put is None else (gone, put)


def _is_alone(line: str, extent: tuple[int, int]) -> bool:
    """Whether there is nothing but a comment beside a statement on its line."""
    behind = line[extent[1] - 1 :].split("#", maxsplit=1)[0]
    return not line[: extent[0] - 1].strip() and not behind.strip()


def _extent(layer: Layer) -> tuple[int, int] | None:
    """First column and the one behind the last, of a statement on one line."""
    start, end = (layer.label_span or layer.span).column, _end(layer)
    return None if end is None else (start, end)


def _end(statement: Layer | Residual) -> int | None:
    spans = [statement.span, *(argument.span for argument in statement.arguments)]
    on_one_line = all(span.line == statement.span.line and span.end_column for span in spans)
    has_call = any(isinstance(argument.value, Call) for argument in statement.arguments)  # its span is its name's
    return max(span.column + span.width for span in spans) if on_one_line and not has_call else None


def _empty(span: Span, column: int) -> Span:
    return Span(span.file, span.line, column, column)

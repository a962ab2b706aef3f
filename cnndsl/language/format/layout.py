"""An outline to lines: two spaces a level, one statement a line, the comments of a paragraph in one column.

What the author keeps on one line stays there where it has room: a body as in ``repeat 2 { Conv 8 3; ReLU }``, and the
entries of a section that are joined by ``;``. Layers outside such a body have a line each. A statement that brackets
spread over several lines comes on one, unless it holds a comment or is too long.
"""

from __future__ import annotations

from attrs import evolve, frozen

from cnndsl.language.format.outline import Blank, Comment, Item, Statement
from cnndsl.language.format.spacing import with_spaces

WIDTH = 100  # characters of code on a line, where it can be parted
_COLUMN = 60  # a longer line does not push the comments of the others to the right
_INDENT = "  "


@frozen
class _Row:
    """A line of the result. Of a comment on a line of its own, ``code`` is the indentation."""

    code: str = ""
    comment: str = ""
    own_line: bool = False


def lay_out(items: tuple[Item, ...]) -> str:
    """The text of a file."""
    rows = _rows(items, 0, "")
    return "".join(f"{line}\n" for line in _with_comments(rows))


def _rows(items: tuple[Item, ...], depth: int, section: str) -> list[_Row]:
    rows: list[_Row] = []
    for item in items:
        match item:
            case Blank():
                rows.append(_Row())
            case Comment(text, continues=True):
                rows.append(_Row("", text))
            case Comment(text):
                rows.append(_Row(_INDENT * depth, text, own_line=True))
            case Statement():
                new = _statement_rows(item, depth, section)
                joined = _joined(rows[-1], new, depth) if section and item.joined else None
                rows[-1:] = [joined] if joined else [*rows[-1:], *new]
    return rows


def _joined(row: _Row, new: list[_Row], depth: int) -> _Row | None:
    """An entry behind another on its line, if there is room."""
    code = f"{row.code}; {new[0].code[len(_INDENT) * depth :]}"
    return _Row(code, new[0].comment) if len(new) == 1 and len(code) <= WIDTH else None


def _statement_rows(statement: Statement, depth: int, section: str) -> list[_Row]:
    code = _on_one_line(statement, section)
    if code is not None and len(_INDENT * depth + code) <= WIDTH:
        return [_Row(_INDENT * depth + code, statement.end_comment or statement.comment)]
    rows = _head_rows(statement, depth, section)
    if statement.body is None:
        return [*rows[:-1], evolve(rows[-1], comment=statement.comment)]
    opening = evolve(rows[-1], code=f"{rows[-1].code} {{", comment=statement.comment)
    body = _rows(statement.body, depth + 1, statement.section)
    return [*rows[:-1], opening, *body, _Row(f"{_INDENT * depth}}}", statement.end_comment)]


def _on_one_line(statement: Statement, section: str) -> str | None:
    """The statement with its body, or ``None`` if a comment or the author parts it."""
    if any(piece.comment for piece in statement.pieces):
        return None
    head = "".join(with_spaces(statement.head, section))
    if statement.body is None:
        return head
    if statement.body == () and not statement.comment:
        return f"{head} {{ }}"
    within = [_on_one_line(item, statement.section) for item in statement.body if isinstance(item, Statement)]
    between = " " if statement.word.text == "branch" else "; "
    return f"{head} {{ {between.join(map(str, within))} }}" if statement.compact else None


def _head_rows(statement: Statement, depth: int, section: str) -> list[_Row]:
    """A statement up to its body: on one line if it may be, else with the author's line ends inside brackets."""
    spaced = with_spaces(statement.head, section)
    if not any(piece.comment for piece in statement.pieces):
        code = _INDENT * depth + "".join(spaced)
        if len(code) <= WIDTH:
            return [_Row(code)]
    rows: list[_Row] = []
    at = 0
    for piece in statement.pieces:
        code = "".join(spaced[at : at + len(piece.tokens)]).lstrip()
        level = depth + (at > 0 and code[:1] not in {")", "]"})
        rows.append(_Row(_INDENT * level + code, piece.comment, own_line=not code))
        at += len(piece.tokens)
    return rows


def _with_comments(rows: list[_Row]) -> list[str]:
    """The rows as text, the comments of a paragraph in one column."""
    return [line for paragraph in _paragraphs(rows) for line in _lines(paragraph)]


def _paragraphs(rows: list[_Row]) -> list[list[_Row]]:
    """Runs of rows: blank ones and comments by themselves part them, and so does the end of a body at the top."""
    paragraphs: list[list[_Row]] = []
    begins = True
    for row in rows:
        alone = row.own_line or row == _Row()
        if alone or (begins and row.code):
            paragraphs.append([])
        paragraphs[-1].append(row)
        # A comment that goes on below the `}` is still of its paragraph.
        begins = alone or row.code == "}" or (begins and not row.code)
    return paragraphs


def _lines(paragraph: list[_Row]) -> list[str]:
    widths = [len(row.code) for row in paragraph if row.comment and not row.own_line]
    usual = max([width for width in widths if width <= _COLUMN], default=0) + 2
    lines, column = [], usual
    for row in paragraph:
        # A comment that goes on below stays below its first line, wherever that is.
        column = max(usual, len(row.code) + 2) if row.code else column
        padded = f"{row.code:<{column}}" if row.comment and not row.own_line else row.code
        lines.append(f"{padded}{row.comment}")
    return lines

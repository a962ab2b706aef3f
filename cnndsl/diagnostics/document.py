"""A page as a value, and the two forms that it is read in: plain text on a terminal, Markdown in ``docs``."""

from __future__ import annotations

import re
import textwrap

from attrs import frozen

_WIDTH = 88
_TABLE_WIDTH = 110


@frozen
class Heading:
    """``level`` 1 is the page's title."""

    text: str
    level: int = 2


@frozen
class Paragraph:
    """Running text; what stands in backquotes is code."""

    text: str


@frozen
class Code:
    """Lines that are shown as they are."""

    text: str


@frozen
class Table:
    """Rows under a header, all of one length."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Heading | Paragraph | Code | Table


def as_text(blocks: tuple[Block, ...]) -> str:
    """For a terminal: paragraphs filled, code indented, columns aligned."""
    return "\n\n".join(map(_plain, blocks))


def as_markdown(blocks: tuple[Block, ...]) -> str:
    """For a file: each paragraph on a line of its own."""
    return "\n\n".join(map(_marked, blocks)) + "\n"


def _plain(block: Block) -> str:
    match block:
        case Heading():
            return block.text if block.level == 1 else f"{block.text}:"
        case Paragraph():
            return textwrap.fill(block.text, _WIDTH, break_long_words=False, break_on_hyphens=False)
        case Code():
            return textwrap.indent(block.text.rstrip("\n"), "    ")
        case Table():
            return _aligned((block.header, *block.rows))


def _aligned(rows: tuple[tuple[str, ...], ...]) -> str:
    """Columns one beside the other; the last one is filled where it would not fit."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    room = max(40, _TABLE_WIDTH - sum(width + 2 for width in widths))
    lines = []
    for *cells, last in rows:
        first, *more = textwrap.wrap(last, room) or [""]
        beside = "".join(f"{cell:<{width}}  " for cell, width in zip(cells, widths, strict=True))
        lines += [f"{beside}{first}".rstrip(), *(f"{' ' * len(beside)}{line}" for line in more)]
    return "\n".join(lines)


def _marked(block: Block) -> str:
    match block:
        case Heading():
            return f"{'#' * block.level} {_escaped(block.text)}"
        case Paragraph():
            return _escaped(block.text)
        case Code():
            return f"```\n{block.text.rstrip(chr(10))}\n```"
        case Table():
            rule = ("---",) * len(block.header)
            return "\n".join(f"| {' | '.join(map(_cell, row))} |" for row in (block.header, rule, *block.rows))


def _cell(text: str) -> str:
    return _escaped(text).replace("|", r"\|")


def _escaped(text: str) -> str:
    """Text whose stars and angles are themselves, but for what stands in backquotes and for links."""
    parts = re.split(r"(`[^`]*`|\[[^]]*\]\([^)]*\))", text)
    return "".join(part if index % 2 else re.sub(r"([*<_])", r"\\\1", part) for index, part in enumerate(parts))

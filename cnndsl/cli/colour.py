"""Colour for the pieces of a report, where a stream is a terminal that shows it and nobody has asked for none."""

from __future__ import annotations

import os
from typing import Any, TextIO

import click

from cnndsl.diagnostics.renderers.text import Paint, plain

_STYLES: dict[str, dict[str, Any]] = {
    "place": {"bold": True},
    "error": {"fg": "red", "bold": True},
    "warning": {"fg": "yellow", "bold": True},
    "note": {"fg": "cyan", "bold": True},
    "style": {"fg": "magenta", "bold": True},
    "message": {"bold": True},
    "gutter": {"fg": "blue"},
    "caret": {"fg": "red", "bold": True},
    "hint": {"fg": "green"},
}


def brush(stream: TextIO | None) -> Paint:
    """What paints a report for a stream: plain text, but for a terminal."""
    return _paint if _shows_colour(stream) else plain


def _shows_colour(stream: TextIO | None) -> bool:
    refused = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") in {None, "", "dumb"}
    return stream is not None and stream.isatty() and not refused


def _paint(role: str, text: str) -> str:
    return click.style(text, **_STYLES[role]) if role in _STYLES else text

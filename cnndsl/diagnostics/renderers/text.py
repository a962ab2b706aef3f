"""The report for people: headline, the lines concerned, hints."""

from __future__ import annotations

from collections.abc import Callable

from cnndsl.errors import Diagnostic

Paint = Callable[[str, str], str]  # (what a piece is, its text) -> the text, coloured


def plain(_role: str, text: str) -> str:
    """The text as it is."""
    return text


def render(diagnostic: Diagnostic, paint: Paint = plain) -> str:
    """A finding, painted by what each piece of it is: a severity, ``place``, ``caret``, ``hint`` ..."""
    return "\n".join("".join(paint(role, text) for role, text in row) for row in diagnostic.rows)

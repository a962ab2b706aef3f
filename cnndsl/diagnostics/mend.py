"""A file mended: the nearest repair of its first error, checked again, as long as there is one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from cnndsl.diagnostics.report import examine
from cnndsl.errors import Span
from cnndsl.language import Source
from cnndsl.language.edit import apply_edits

if TYPE_CHECKING:
    from cnndsl.language.graph import Shape

_MOST_CHANGES = 20


@frozen
class Change:
    """A repair that was made: of which error, where that was at the time, and what was done."""

    code: str
    span: Span
    title: str

    def __str__(self) -> str:
        return f"{self.span.file}:{self.span.line}: mended {self.code}: {self.title}"


def mend(source: Source, data_sets: Mapping[str, Shape]) -> tuple[Source, tuple[Change, ...]]:
    """The file after the repairs, and what they were; see :func:`cnndsl.diagnostics.report.examine`."""
    changes: list[Change] = []
    while len(changes) < _MOST_CHANGES:
        found = examine(source, data_sets).diagnostics
        error = next((one for one in found if one.severity == "error" and one.repairs), None)
        if error is None:
            break
        source = evolve(source, text=apply_edits(source.text, error.repairs[0].edits))
        changes.append(Change(error.code, error.span, error.repairs[0].title))
    return source, tuple(changes)

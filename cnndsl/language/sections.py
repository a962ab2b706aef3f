"""Sections with values in the place of variables and arithmetic: what ``w`` is at that line is known here only."""

from __future__ import annotations

from collections.abc import Callable

from attrs import evolve

from cnndsl.language.syntax import Argument, Claim, Forbid, Layer, Section, Setting
from cnndsl.language.values import UNKNOWN, FaultError, Scope, evaluate

Entry = Setting | Claim | Forbid | Layer


def valued(section: Section, scope: Scope, report: Callable[[FaultError], None]) -> Section:
    """The section with its values; an entry that has none, for a reason that is reported, is left out."""
    entries: list[Entry] = []
    for entry in section.entries:
        try:
            entries.append(_valued(entry, scope))
        except FaultError as fault:
            report(fault)
        except _UnknownError:
            continue
    return evolve(section, entries=tuple(entries))


class _UnknownError(Exception):
    """A value depends on a line that could not be read."""


def _valued(entry: Entry, scope: Scope) -> Entry:
    match entry:
        case Setting():
            return Setting(_with_value(entry.argument, scope))
        case Claim():
            return evolve(entry, value=_with_value(entry.value, scope))
        case Layer():
            return evolve(entry, arguments=tuple(_with_value(argument, scope) for argument in entry.arguments))
    return entry


def _with_value(argument: Argument, scope: Scope) -> Argument:
    value = evaluate(argument, scope)
    if value is UNKNOWN:
        raise _UnknownError
    return evolve(argument, value=value)

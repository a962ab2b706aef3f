"""What differs between runs: the settings they were told, and their networks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from cnndsl.compiler.compare import check_both, compare
from cnndsl.errors import InputError, ModelError
from cnndsl.language.source import Source
from cnndsl.report.difference import as_text
from cnndsl.training.record import Record

_SHORT = 12  # digits of a hash that people compare
_NOT_TOLD = "?"


@frozen
class Difference:
    """Something that is not the same in all runs: its value in each, ``?`` where a run does not say."""

    name: str
    values: tuple[str, ...]


def differences(runs: Sequence[Record]) -> tuple[Difference, ...]:
    """Settings, seed, data, files and versions, as far as they differ."""
    told = [dict(_told(run)) for run in runs]
    names = dict.fromkeys(name for table in told for name in table)
    found = [Difference(name, tuple(table.get(name, _NOT_TOLD) for table in told)) for name in names]
    return tuple(each for each in found if len({*each.values}) > 1)


def network_difference(old: Record, new: Record, names: tuple[str, str]) -> str:
    """What differs between two networks, in words; empty where nothing does.

    Raises InputError D510 where the text of one is damaged.
    """
    texts = [str(run.header.get("network", "")) for run in (old, new)]
    if texts[0] == texts[1]:
        return ""
    sources = [Source(name, f"{text}\n") for name, text in zip(names, texts, strict=True)]
    try:
        before, after, _ = check_both(sources[0], sources[1], None, {})
    except ModelError as error:
        message = f"the network of {names[0]} or {names[1]} is damaged: {error.diagnostics[0].headline}"
        raise InputError(message, code="D510") from None
    comparison = compare(before, after)
    return "" if comparison.same else as_text(comparison, *names)


def _told(run: Record) -> Iterator[tuple[str, str]]:
    yield from _flat(run.settings)
    for name, part, key in (("data", "data", "name"), ("images", "data", "sha256"), ("file", "model", "file")):
        value = run.said(part, key)
        if value is not None:
            yield name, str(value)[:_SHORT] if key == "sha256" else str(value)
    yield from _flat({"versions": run.manifest.get("versions"), "cnndsl": run.manifest.get("cnndsl")})


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every value by its path, as text."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            text = "; ".join(map(str, value)) if isinstance(value, list) else str(value)
            yield f"{prefix}{name}", "none" if value is None else text

"""``cnndsl runs [FOLDER]``: every run in a folder, best first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from attrs import frozen

from cnndsl.cli import output
from cnndsl.cli.table import table
from cnndsl.errors import InputError, SettingsError

if TYPE_CHECKING:
    from cnndsl.training.record import Record

_SHOWN = ("valid.accuracy", "valid.macro_f1", "test.accuracy", "test.macro_f1")


@frozen(eq=False)
class Entry:
    """A run's folder as it is shown, and what it holds, or why that cannot be read."""

    name: str
    record: Record | None = None
    failure: str = ""


@click.command()
@click.argument("folder", default=".", metavar="[FOLDER]", type=click.Path(readable=False))
@click.option(
    "--sort",
    default="valid.macro_f1",
    show_default=True,
    metavar="NUMBER",
    help="A metric of `valid` or `test`, parameters or seconds.",
)
@click.option("--json", "as_json", is_flag=True, help="A list of objects, for programs.")
def runs(folder: str, sort: str, *, as_json: bool) -> int:
    """List the runs in FOLDER and the folders below it, the best first.

    Which direction is better comes from the number. A run that has not come to its end is shown as far as it is, one
    that is damaged with what is wrong with it.
    """
    from cnndsl.training.record import NUMBERS, find_runs

    if sort not in NUMBERS:
        raise _unknown(sort, NUMBERS)
    path = Path(folder)
    if not path.is_dir():
        raise InputError(f"{folder}: there is no such folder", code="D503", hint="name the folder that runs are in")
    entries = best_first([_entry(place, path) for place in find_runs(path)], sort)
    if not entries:
        hint = "compile-and-train writes one into the folder that is its --out"
        raise InputError(f"{folder} holds no runs", code="D503", hint=hint)
    output.result(json.dumps([as_object(entry) for entry in entries], indent=2) if as_json else listing(entries, sort))
    return 0


def _unknown(name: str, known: Sequence[str]) -> SettingsError:
    from cnndsl.language.values import closest

    close = closest(name, tuple(known))
    hint = f"did you mean {close}?" if close else f"there are {', '.join(known)}"
    return SettingsError(f"runs have no number `{name}`", code="C401", hint=hint)


def _entry(place: Path, folder: Path) -> Entry:
    from cnndsl.training.record import open_run

    name = str(place.relative_to(folder)) if place != folder else str(folder)
    try:
        return Entry(name, open_run(place))
    except InputError as error:
        return Entry(name, failure=f"{error.code}: {error.message}")


def best_first(entries: Sequence[Entry], number: str) -> list[Entry]:
    """By a number of the runs, the best first; of equal ones by name, those that have none last."""
    from cnndsl.settings.rules import better_if_low

    sign = 1 if better_if_low(number) or number in {"parameters", "seconds"} else -1

    def rank(entry: Entry) -> tuple[bool, bool, float, str]:
        value = entry.record.value(number) if entry.record else None
        return entry.record is None, value is None, sign * (value or 0), entry.name

    return sorted(entries, key=rank)


def listing(entries: Sequence[Entry], number: str = "") -> str:
    """The table; ``number`` has a column, whatever it is."""
    from cnndsl.settings.rules import title

    scores = (*_SHOWN, *({number} - {*_SHOWN, "", "parameters", "seconds"}))
    head = (
        "run",
        "model",
        "data",
        "parameters",
        "epochs",
        "best",
        *(_head(title(name)) for name in scores),
        "time",
        "",
    )
    return table(head, [_cells(entry, scores) for entry in entries], left={0, 1, 2})


def _head(name: str) -> str:
    return name.replace(".", " ").replace("macro F1", "F1")


def _cells(entry: Entry, scores: Sequence[str]) -> tuple[str, ...]:
    record = entry.record
    if record is None:
        return (entry.name, *[""] * (len(scores) + 6), entry.failure)
    values = [record.value(name) for name in scores]
    parameters, seconds = record.value("parameters"), record.value("seconds")
    return (
        entry.name,
        str(record.said("model", "file") or ""),
        str(record.said("data", "name") or ""),
        "" if parameters is None else f"{parameters:,.0f}",
        f"{len(record.rows)}/{record.settings['epochs']}" if "epochs" in record.settings else str(len(record.rows)),
        str(record.header.get("epoch", "")),
        *("" if value is None else f"{value:.4f}" for value in values),
        "" if seconds is None else f"{seconds:,.0f} s",
        "" if record.is_finished else "not finished",
    )


def as_object(entry: Entry) -> dict[str, Any]:
    """The run as JSON has it; what it does not say is null."""
    from cnndsl.training.record import NUMBERS

    record = entry.record
    if record is None:
        return {"run": entry.name, "error": entry.failure}
    numbers = {name: value for name in NUMBERS if (value := record.value(name)) is not None}
    return {
        "run": entry.name,
        "finished": record.is_finished,
        "model": record.said("model", "file"),
        "data": record.said("data", "name"),
        "epochs": len(record.rows),
        "best_epoch": record.header.get("epoch"),
        "seed": record.settings.get("seed"),
        **numbers,
    }

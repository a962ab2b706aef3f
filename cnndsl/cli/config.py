"""``cnndsl config FILE``: the settings that are in force, and where each is from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from cnndsl.cli import output
from cnndsl.cli.settings import changes_option, read_changes, refuse_errors
from cnndsl.errors import printable

if TYPE_CHECKING:
    from cnndsl.settings import Row
    from cnndsl.settings.reference import Entry

_VERSION = 1  # of the JSON; goes up when a key changes its meaning
_MOST = 60  # a longer value does not push the origins of the others to the right


@click.command()
@click.argument("file", metavar="[FILE]", required=False, type=click.Path(readable=False))
@changes_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def config(file: str | None, changes: tuple[str, ...], *, as_json: bool) -> int:
    """Print the settings that are in force for FILE, and where each is from.

    The command line beats the file, the file beats the defaults. `--set train.batch=64` changes a setting, `--set w=32`
    a variable of the file. Without FILE, everything that its sections may say is listed.
    """
    if file is None:
        if changes or as_json:
            raise click.UsageError("Name the FILE whose settings are meant.")
        output.result(_reference())
        return 0
    from cnndsl.compiler import read_experiment
    from cnndsl.language.source import read_source
    from cnndsl.settings import effective

    experiment = read_experiment(read_source(file), read_changes(changes))
    refuse_errors(experiment)
    for diagnostic in experiment.diagnostics:
        output.message(str(diagnostic))
    rows = effective(experiment.settings, experiment.graph.lets).rows
    output.result(_as_json(experiment.graph.source.name, rows) if as_json else _as_text(rows))
    return 0


def _reference() -> str:
    """Every key with its default and meaning, and every value that has arguments."""
    from cnndsl.settings.reference import reference

    sections = (
        "\n".join([section, *(line for entry in entries for line in _entry_lines(entry, "  "))])
        for section, entries in reference().items()
    )
    return "\n\n".join(sections)


def _entry_lines(entry: Entry, indent: str) -> list[str]:
    parts = (line for part in entry.parts for line in _entry_lines(part, f"{indent}    "))
    return [f"{indent}{entry.name}", f"{indent}    {entry.meaning}", *parts]


def _as_text(rows: tuple[Row, ...]) -> str:
    """Three columns; a line with ``require`` or ``augment`` has no key."""
    names = max(len(row.name) for row in rows)
    values = max(len(row.value) for row in rows if len(row.value) <= _MOST)
    return "\n".join(printable(f"{row.name:<{names}}  {row.value:<{values}}  {row.origin}") for row in rows)


def _as_json(file: str, rows: tuple[Row, ...]) -> str:
    settings = [
        {"section": row.section, "key": row.key or None, "value": row.value, "from": row.origin} for row in rows
    ]
    return json.dumps({"format": _VERSION, "file": file, "settings": settings}, indent=2)

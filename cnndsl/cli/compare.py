"""``cnndsl compare RUN RUN...``: runs side by side, and what differs in what they were told."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cnndsl.cli import output
from cnndsl.cli.runs import Entry, as_object, listing
from cnndsl.cli.table import table

if TYPE_CHECKING:
    from cnndsl.training.comparison import Difference
    from cnndsl.training.record import Record


@click.command()
@click.argument("folders", metavar="RUN RUN...", nargs=-1, required=True, type=click.Path(readable=False))
@click.option("--metric", default="macro_f1", show_default=True, help="The validation metric that is drawn.")
@click.option("-o", "--out", metavar="PATH", help="Draw the curves over each other: a .png or .svg file.")
@click.option("--json", "as_json", is_flag=True, help="The same for programs, every epoch included.")
def compare(folders: tuple[str, ...], metric: str, out: str | None, *, as_json: bool) -> int:
    """Show runs side by side: results, curves, and what differs in their settings, seeds, data and networks.

    A setting that is the same in all of them is not shown. Networks are compared with that of the first run, layer by
    layer, as `cnndsl diff` does.
    """
    from cnndsl.training.comparison import differences
    from cnndsl.training.record import open_run

    if len(folders) == 1:
        raise click.UsageError("Name two runs at least.")
    if out and Path(out).suffix.lower() not in {".png", ".svg"}:
        raise click.UsageError(f"'{out}' is neither .png nor .svg.")
    records = [open_run(Path(folder)) for folder in folders]
    _check_metric(metric, records)
    networks = _networks(folders, records)
    if out:
        _draw(Path(out), folders, records, metric)
    entries = [Entry(folder, record) for folder, record in zip(folders, records, strict=True)]
    differing = differences(records)
    if as_json:
        output.result(_json(entries, differing, networks))
    else:
        pieces = (listing(entries, f"valid.{metric}"), *_curves(folders, records, metric), _table(folders, differing))
        output.result("\n\n".join(piece for piece in (*pieces, *_told(networks)) if piece))
    if out:
        output.message(f"written: {out}")
    return 0


def _check_metric(metric: str, records: Sequence[Record]) -> None:
    """Refuse what no run has measured."""
    from cnndsl.errors import SettingsError
    from cnndsl.settings.rules import METRICS

    measured = [known for known in METRICS if any(record.curve(f"valid_{known}") for record in records)]
    if metric not in measured:
        message = f"none of the runs has measured `{metric}`"
        raise SettingsError(message, code="C401", hint=f"there are {', '.join(measured)}")


def _networks(names: Sequence[str], records: Sequence[Record]) -> dict[str, str]:
    """What differs between the first run's network and each of the others, by the other's name."""
    from cnndsl.training.comparison import network_difference

    first = records[0]
    return {
        name: network_difference(first, record, (names[0], name))
        for name, record in zip(names[1:], records[1:], strict=True)
    }


def _told(networks: dict[str, str]) -> list[str]:
    differing = [text for text in networks.values() if text]
    return differing or ["one network"]


def _curves(names: Sequence[str], records: Sequence[Record], metric: str) -> list[str]:
    """A line for each run: its loss on validation, and the metric."""
    from cnndsl.settings.rules import title

    found = []
    for column in dict.fromkeys(("valid_loss", f"valid_{metric}")):
        rows = [(name, record.curve(column)) for name, record in zip(names, records, strict=True)]
        finite = [value for _, values in rows for value in values if isfinite(value)]
        if finite:
            low, high = min(finite), max(finite)
            lines = table(
                ("", "first", "last", ""), [_curve(name, values, low, high) for name, values in rows], left={0}
            )
            heading = f"{title(column)} by epoch, from {low:.4f} to {high:.4f}"
            found.append(f"{heading}\n{lines}")
    return found


def _curve(name: str, values: Sequence[float], low: float, high: float) -> tuple[str, ...]:
    from cnndsl.report.sparkline import sparkline

    if not values:
        return name, "", "", ""
    return name, f"{values[0]:.4f}", f"{values[-1]:.4f}", sparkline(values, low, high, plain=_is_plain())


def _is_plain() -> bool:
    """Whether standard output is no terminal that shows more than ASCII."""
    if sys.stdout is None or not sys.stdout.isatty() or os.environ.get("TERM") in {None, "", "dumb"}:
        return True
    return (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"


def _table(names: Sequence[str], differing: Sequence[Difference]) -> str:
    if not differing:
        return "no setting differs"
    rows = [(each.name, *each.values, "") for each in differing]
    return table(("", *names, ""), rows, left=range(len(names) + 1))


def _draw(path: Path, names: Sequence[str], records: Sequence[Record], metric: str) -> None:
    from cnndsl.report.plots import Curves, overlay
    from cnndsl.settings.rules import title
    from cnndsl.training.files import write_durably

    curves = [
        Curves(
            name,
            record.curve("epoch"),
            record.curve("train_loss"),
            record.curve("valid_loss"),
            record.curve(f"valid_{metric}"),
        )
        for name, record in zip(names, records, strict=True)
    ]
    write_durably(path, overlay(curves, f"validation {title(metric)}", path.suffix.lower().removeprefix(".")))


def _json(entries: Sequence[Entry], differing: Sequence[Difference], networks: dict[str, str]) -> str:
    runs = [{**as_object(entry), "history": [*map(dict, entry.record.rows)]} for entry in entries if entry.record]
    document = {
        "runs": runs,
        "settings": {each.name: list(each.values) for each in differing},
        "networks": [{"run": name, "difference": text} for name, text in networks.items()],
    }
    return json.dumps(document, indent=2)

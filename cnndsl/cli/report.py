"""``cnndsl report RUN``: the page of a run, written again."""

from __future__ import annotations

from pathlib import Path

import click

from cnndsl.cli import output
from cnndsl.errors import printable


@click.command()
@click.argument("run", metavar="RUN", type=click.Path(readable=False))
@click.option("--out", metavar="FILE", help="What to write; report.html in RUN by default. `-` prints it.")
def report(run: str, out: str | None) -> int:
    """Write the report of the training run in the folder RUN: one HTML file that needs nothing else.

    It is made of the folder's files alone, so the data are not needed. Training writes it, too.
    """
    from cnndsl.training.files import write_durably
    from cnndsl.training.report import REPORT, report_of

    page = report_of(Path(run))
    if out == "-":
        output.verbatim(page)
        return 0
    target = Path(out) if out else Path(run) / REPORT
    write_durably(target, page.encode())
    output.result(f"{printable(str(target))}: {len(page.encode()):,} bytes")
    return 0

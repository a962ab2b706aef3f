"""``cnndsl replay RUN``: train again what a run's manifest says, and compare."""

from __future__ import annotations

from pathlib import Path

import click

from cnndsl.cli import output
from cnndsl.errors import CnndslError


class ReplayError(CnndslError):
    """The run came out otherwise (exit code 1)."""


@click.command()
@click.argument("run", metavar="RUN", type=click.Path(readable=False))
@click.option("--processes", default=2, show_default=True, help="Processes that share a batch: 1 or 2. Same results.")
@click.option("--out", type=click.Path(), metavar="DIR", help="Keep the second run here.")
def replay(run: str, out: str | None, *, processes: int) -> int:
    """Train again as the manifest in the folder RUN says, and compare every number of both runs.

    On the machine that it was trained on, the bits are equal. Where they are not, what differs is listed, and the exit
    code is 1.
    """
    from tempfile import TemporaryDirectory

    there = Path(run)
    if out is not None:
        if Path(out).resolve() == there.resolve():
            raise click.UsageError("--out is RUN itself, which would be lost.")
        return _compared(there, Path(out), processes)
    with TemporaryDirectory(prefix="cnndsl-") as folder:
        return _compared(there, Path(folder), processes)


def _compared(there: Path, here: Path, processes: int) -> int:
    from cnndsl.cli.settings import checked, read_changes
    from cnndsl.cli.train import Manner, train_experiment
    from cnndsl.language.source import Source
    from cnndsl.training.replay import compare_runs, read_again

    again = read_again(there)
    experiment = checked(Source(str(there), again.text), read_changes(again.changes))
    train_experiment(experiment, here, Manner(processes, again.legacy_csv))
    different = compare_runs(there, here)
    if different:
        hint = "bits are equal on one machine only, with the same versions of everything"
        error = ReplayError(f"{there} came out otherwise", code="T613", hint=hint)
        for line in different:
            error.add_note(line)
        raise error
    output.result(f"{there}: the same again, bit for bit")
    return 0

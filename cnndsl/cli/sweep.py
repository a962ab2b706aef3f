"""``cnndsl sweep FILE``: every combination of the values in its ``sweep`` section, judged, and trained on request."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cnndsl.cli import output
from cnndsl.cli.settings import changes_option

if TYPE_CHECKING:
    from cnndsl.cli.cells import Cell

_PARTIAL = 6  # exit code: some cells have no result


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(readable=False))
@changes_option
@click.option("--run", is_flag=True, help="Train the cells for which every claim holds.")
@click.option("--processes", default=2, show_default=True, help="Processes that share a batch: 1 or 2. Same results.")
@click.option("--out", default="outputdir", show_default=True, type=click.Path(), metavar="DIR", help="Where to write.")
def sweep(file: str, changes: tuple[str, ...], out: str, *, run: bool, processes: int) -> int:
    """Print what each combination of the values in the `sweep` section of FILE is, and whether its claims hold.

    With --run each cell that is right is trained, into a folder of its own below --out, and sweep.csv has all results.
    Cells that are refused by `require` cost nothing.
    """
    from cnndsl.cli.cells import read_cells, verdicts

    cells = read_cells(file, changes, run=run)
    output.result(verdicts(cells))
    if not any(cell.runs for cell in cells):
        output.message(f"cnndsl: none of the {len(cells)} cells can be trained")
        return 1
    return _train(cells, Path(out), processes) if run else 0


def _train(cells: tuple[Cell, ...], folder: Path, processes: int) -> int:
    from cnndsl.cli.cells import as_csv, ranking, train_cell
    from cnndsl.training.files import prepare_folder, write_durably

    prepare_folder(folder)
    done = []
    for number, cell in enumerate(cells, 1):
        if cell.runs:
            output.message(f"\ncell {number} of {len(cells)}: {cell.title}")
        done.append(train_cell(cell, folder, processes) if cell.runs else cell)
        write_durably(folder / "sweep.csv", as_csv(tuple(done)).encode())
    output.result(f"\n{ranking(tuple(done))}")
    output.result(f"written: {folder / 'sweep.csv'}")
    return _PARTIAL if any(cell.failure for cell in done) else 0

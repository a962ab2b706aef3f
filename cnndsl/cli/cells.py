"""The cells of a sweep: read, shown as a table, trained."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from cnndsl.cli import output
from cnndsl.cli.sources import image_shape
from cnndsl.cli.table import table
from cnndsl.errors import Diagnostic, DivergedError, SettingsError

if TYPE_CHECKING:
    from cnndsl.compiler import Experiment
    from cnndsl.compiler.measure import Figures
    from cnndsl.language import Source
    from cnndsl.language.syntax import Argument
    from cnndsl.settings import Override, Settings, Sweep
    from cnndsl.training import Result

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._=+-]+")


@frozen(eq=False)
class Cell:
    """One combination. ``values`` are as the file writes them; ``figures`` is ``None`` where the layers do not fit.

    ``failure`` is why a cell that was to be trained has no result.
    """

    number: int
    values: Mapping[str, str]
    experiment: Experiment
    figures: Figures | None
    result: Result | None = None
    failure: str = ""

    @property
    def title(self) -> str:
        """``w = 4, train.batch = 32``."""
        return ", ".join(f"{name} = {value}" for name, value in self.values.items())

    @property
    def folder(self) -> str:
        """The name of its folder: by the number, since values may be alike but for what a name cannot have."""
        parts = [f"{name}={value}" for name, value in self.values.items()]
        return _NOT_IN_NAMES.sub("-", "_".join([f"{self.number:03}", *parts]))[:100]

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """Why it cannot be trained."""
        return tuple(found for found in self.experiment.diagnostics if found.severity == "error")

    @property
    def runs(self) -> bool:
        """Whether it can be trained."""
        return not self.errors

    @property
    def verdict(self) -> str:
        """``holds``, or the claims that refuse it, or what is wrong with it."""
        if self.runs:
            return "holds"
        claims = [found.message.removeprefix("claim ") for found in self.errors if found.code.startswith("Q")]
        if len(claims) == len(self.errors):
            return f"refused: {'; '.join(claims)}"
        first = next(found for found in self.errors if not found.code.startswith("Q"))
        return f"error {first.code}: {first.message}"


def read_cells(file: str, changes: tuple[str, ...], *, run: bool) -> tuple[Cell, ...]:
    """The cells of a file, checked on the images of its data where they are to ``run``.

    Raises
    ------
    ModelError
        The file is wrong whatever the values.
    SettingsError
        It has no ``sweep`` section.
    """
    from cnndsl.cli.settings import read_changes, refuse_errors
    from cnndsl.compiler import read_experiment
    from cnndsl.language.source import read_source
    from cnndsl.settings import cells

    source, overrides = read_source(file), read_changes(changes)
    whole = read_experiment(source, overrides)
    refuse_errors(whole)
    for diagnostic in whole.diagnostics:
        output.message(str(diagnostic))
    if not whole.settings.sweep.axes:
        hint = "such as `sweep { train.batch = [32, 64] }`"
        raise SettingsError(f"{source.name}: there is nothing to sweep", hint=hint)
    each = enumerate(cells(_free(whole.settings)), 1)
    return tuple(_cell(number, source, overrides, values, run=run) for number, values in each)


def _free(settings: Settings) -> Sweep:
    """What is swept, but for what the command line sets: that is said."""
    from cnndsl.settings import Sweep

    set_by = {name: place.option for name, place in settings.places.items() if place.option}
    for axis in settings.sweep.axes:
        if axis.name in set_by:
            output.message(f"not swept: `{axis.name}`, which `{set_by[axis.name]}` sets")
    return Sweep(tuple(axis for axis in settings.sweep.axes if axis.name not in set_by))


def _cell(
    number: int, source: Source, overrides: tuple[Override, ...], values: Mapping[str, Argument], *, run: bool
) -> Cell:
    from cnndsl.compiler import check_experiment
    from cnndsl.compiler.measure import measure
    from cnndsl.language.text import write_argument
    from cnndsl.settings import Override

    texts = {name: write_argument(value) for name, value in values.items()}
    own = tuple(Override(name, value, f"sweep {name} = {texts[name]}", source) for name, value in values.items())
    experiment = check_experiment(source, (*overrides, *own))
    if run or any(found.code == "S200" for found in experiment.diagnostics):
        # The images are those of the data, unless the file says what they are and nothing is to be trained.
        shape = image_shape(experiment)
        experiment = check_experiment(source, (*overrides, *own), input_shape=shape)
    shaped = all(node.out_shape for node in experiment.graph.nodes)
    return Cell(number, texts, experiment, measure(experiment.graph) if shaped else None)


def train_cell(cell: Cell, folder: Path, processes: int) -> Cell:
    """The cell with its result; one that diverges has none, and does not end the sweep."""
    from cnndsl.cli.train import Manner, train_experiment

    try:
        return evolve(cell, result=train_experiment(cell.experiment, folder / cell.folder, Manner(processes)))
    except DivergedError as error:
        output.message(str(error))
        return evolve(cell, failure=error.message)


def verdicts(cells: Sequence[Cell]) -> str:
    """What each cell is, and whether its claims hold."""
    head = (*cells[0].values, "parameters", "MACs", "")
    return table(head, [(*cell.values.values(), *_figures(cell), cell.verdict) for cell in cells])


def best_first(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """By the validation metric that chose their epochs, then loss; those without a result come last."""
    from cnndsl.training.metrics import cost

    metric = cells[0].experiment.settings.train.select.metric

    def rank(cell: Cell) -> tuple[float, float, int]:
        valid = cell.result.best.valid if cell.result else None
        return (cost(valid, metric), valid.loss, cell.number) if valid else (inf, inf, cell.number)

    return tuple(sorted(cells, key=rank))


def ranking(cells: Sequence[Cell]) -> str:
    """The results, best first."""
    head = (*cells[0].values, "parameters", "best epoch", "valid F1", "test F1", "test accuracy", "")
    return table(head, [(*cell.values.values(), _figures(cell)[0], *_scores(cell)) for cell in best_first(cells)])


def _scores(cell: Cell) -> tuple[str, ...]:
    if cell.result is None:
        return "", "", "", "", cell.failure or cell.verdict
    best, test = cell.result.best, cell.result.test
    numbers = (best.valid.macro_f1, test.macro_f1, test.accuracy)
    return str(best.epoch), *(f"{number:.4f}" for number in numbers), cell.folder


def _figures(cell: Cell) -> tuple[str, str]:
    return (f"{cell.figures.parameters:,}", f"{cell.figures.macs:,}") if cell.figures else ("", "")


def as_csv(cells: Sequence[Cell]) -> str:
    """``sweep.csv``: best first. It holds no times, so that equal sweeps write equal bytes."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    metrics = _metrics(cells)
    scores = [f"{split}_{name}" for split in ("valid", "test") for name in metrics]
    writer.writerow(["cell", *cells[0].values, "parameters", "macs", "status", "best_epoch", *scores])
    writer.writerows(
        [cell.number, *cell.values.values(), *_csv_figures(cell), *_csv_scores(cell, metrics)]
        for cell in best_first(cells)
    )
    return text.getvalue()


def _csv_figures(cell: Cell) -> tuple[object, ...]:
    return (cell.figures.parameters, cell.figures.macs) if cell.figures else ("", "")


def _metrics(cells: Sequence[Cell]) -> tuple[str, ...]:
    """The usual ones, and those that some cell was asked for besides."""
    from cnndsl.settings.rules import USUAL

    further = [metric for cell in cells if cell.result for metric in cell.result.test.further]
    return tuple(dict.fromkeys((*USUAL, *further)))


def _csv_scores(cell: Cell, metrics: Sequence[str]) -> tuple[object, ...]:
    if cell.result is None:
        return cell.failure or cell.verdict, *[""] * (1 + 2 * len(metrics))
    best, test = cell.result.best, cell.result.test
    values = [scores.get(metric) for scores in (best.valid, test) for metric in metrics]
    return "done", best.epoch, *values

"""``cnndsl doctor FILE``: whether a network can learn from its data, before it is trained."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from cnndsl.cli import output
from cnndsl.cli.settings import changes_option, checked, read_changes
from cnndsl.cli.sources import data_setting, read_data
from cnndsl.errors import printable

if TYPE_CHECKING:
    from cnndsl.compiler import Experiment, Program
    from cnndsl.data import Splits
    from cnndsl.training import Settings

_TRAIN, _VALID, _TEST = 2000, 500, 10  # images at most; the test images are not looked at


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(readable=False, allow_dash=True))
@click.option("--data", metavar="NAME|PATH", help="A data set, or your images, instead of what FILE says.")
@click.option("--data-dir", metavar="DIR", type=click.Path(), help="Folder with the official files of the data set.")
@click.option("--lr", type=float, help="Learning rate to judge, instead of what FILE says.")
@click.option("--seed", type=int, help="Of all that is drawn, instead of what FILE says.")
@changes_option
@click.option("--strict", is_flag=True, help="Warnings end with exit code 1 too.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON; docs/formats.md says what is in it.")
def doctor(file: str, changes: tuple[str, ...], *, strict: bool, as_json: bool, **options: float | str | None) -> int:
    """Examine a network and its data before training: what is wrong, and what would mend it.

    Looked at, in this order: the images' scale and the labels; the loss before the first step, beside that of guessing;
    units that give the same for every image; how much of the gradient reaches each layer; whether a single batch can be
    learnt by heart; and, by a range test, which learning rates are too high and which is suggested. It ends at the
    first of these with an error, since the rest would only be what that leads to.

    At most 2,000 training images are used; a file without a seed is examined with seed 0. Exit codes: 0 no error was
    found; 1 there was one, or with --strict a warning, or the file has errors.
    """
    from cnndsl.doctor import examine
    from cnndsl.doctor.document import document
    from cnndsl.doctor.finding import has_errors
    from cnndsl.doctor.text import checkup_text
    from cnndsl.language.source import read_source
    from cnndsl.settings import from_option

    names = {"data_dir": "data.dir", "lr": "train.optimizer.lr", "seed": "train.seed"}
    given = {name: value for name, value in options.items() if value is not None}
    chosen = [from_option(f"--{name.replace('_', '-')}", names[name], given[name]) for name in names if name in given]
    if "data" in given:
        chosen.append(from_option("--data", *data_setting(str(given["data"]))))
    experiment = checked(read_source(file), (*read_changes(changes), *chosen))
    program, splits, settings = _prepared(experiment)
    checkup = examine(program, splits, settings)
    if as_json:
        output.result(json.dumps(document(checkup, program, splits, settings), indent=2))
    else:
        used = f"{len(splits.train):,} training images, batches of {settings.batch}, seed {settings.seed}"
        output.result(f"{printable(file)}: {program.figures}; {splits.name}: {used}\n")
        output.result(checkup_text(checkup, program.graph, settings.lr))
    return int(has_errors(checkup.findings) or (strict and bool(checkup.findings)))


def _prepared(experiment: Experiment) -> tuple[Program, Splits, Settings]:
    """What would be trained, on fewer images."""
    from cnndsl.data import make_splits, resolve
    from cnndsl.training import program_of, protocol

    data = experiment.settings.data
    dataset = read_data(experiment)
    train, valid, test = resolve(dataset, data.train, data.valid, data.test)
    sizes = min(train, _TRAIN), min(valid, _VALID), min(test or _TEST, _TEST)
    settings = protocol(experiment.settings, sizes, seed=0, variables=experiment.variables)
    splits = make_splits(
        dataset,
        train=settings.train,
        valid=settings.valid,
        test=settings.test,
        seed=settings.seed,
        balanced=settings.balance,
        scale=settings.scale,
        folds=settings.folds,
    )
    return program_of(experiment.graph, settings), splits, settings

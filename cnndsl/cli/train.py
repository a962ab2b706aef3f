"""``cnndsl compile-and-train [FILE]``: the whole job."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from cnndsl.cli import output
from cnndsl.cli.settings import changes_option, checked, read_changes
from cnndsl.errors import ModelError, printable

if TYPE_CHECKING:
    from cnndsl.compiler import Experiment
    from cnndsl.settings import Override
    from cnndsl.training import Result

# The options that are settings of a file as well, and which.
_SETTINGS = {
    "data": "data.name",
    "data_dir": "data.dir",
    "train": "data.train",
    "valid": "data.valid",
    "test": "data.test",
    "batch": "train.batch",
    "epochs": "train.epochs",
    "optimizer": "train.optimizer",
    "lr": "train.optimizer.lr",
    "seed": "train.seed",
}


class TestSize(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.5 on
    """A number of images, or ``all`` of the official test set."""

    name = "number|all"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | None:
        """The number, ``None`` for all."""
        if value is None or value == "all":
            return None
        return click.INT.convert(value, param, ctx)


@click.command("compile-and-train")
@click.argument("file", default="inputdir/model.txt", metavar="[FILE]")
@click.option("--data", default="mnist", show_default=True, metavar="NAME", help="mnist or cifar10.")
@click.option("--data-dir", type=click.Path(), metavar="DIR", help="Folder with the official files of the data set.")
@click.option("--train", default=5000, show_default=True, help="Training images, balanced by class.")
@click.option("--valid", default=500, show_default=True, help="Validation images, balanced by class.")
@click.option("--test", default=500, show_default=True, type=TestSize(), help="Test images; `all` of them.")
@click.option("--batch", default=32, show_default=True, help="Images in a step.")
@click.option("--epochs", default=10, show_default=True, help="Times through the training images.")
@click.option("--lr", default=1e-3, show_default=True, help="Learning rate.")
@click.option(
    "--optimizer",
    default="adam",
    show_default=True,
    help="adam, adamw, sgd, momentum, nesterov, rmsprop, adagrad or lion.",
)
@click.option("--seed", default=0, show_default=True, help="Root of all randomness: equal seeds, equal results.")
@changes_option
@click.option("--processes", default=2, show_default=True, help="Processes that share a batch: 1 or 2. Same results.")
@click.option("--remat", is_flag=True, help="Less memory: compute again what layers would keep. Same results.")
@click.option("--out", default="outputdir", show_default=True, type=click.Path(), metavar="DIR", help="Where to write.")
@click.option("--legacy-csv", is_flag=True, help="The earlier program's CSV columns, with summed losses.")
@click.pass_context
def compile_and_train(
    context: click.Context,
    /,
    file: str,
    out: str,
    changes: tuple[str, ...],
    *,
    processes: int,
    remat: bool,
    legacy_csv: bool,
    **options: Any,
) -> int:
    """Check FILE, train it, keep the best epoch, by validation macro F1 if it does not say, and test that one.

    What FILE says in `data` and `train` holds unless an option is given; the defaults are for what neither says.
    Writes history.csv, test.csv, best.safetensors, manifest.json, curves.png and confusion.png.
    """
    from cnndsl.language.source import read_source

    given = {name: value for name, value in options.items() if _is_given(context, name)}
    overrides = (*read_changes(changes), *_overrides(given, processes))
    experiment = checked(read_source(file), overrides)
    _summarise(train_experiment(experiment, Path(out), processes=processes, remat=remat, legacy_csv=legacy_csv))
    return 0


def _is_given(context: click.Context, name: str) -> bool:
    return context.get_parameter_source(name) is ParameterSource.COMMANDLINE


def _overrides(given: dict[str, Any], processes: int) -> tuple[Override, ...]:
    """The options that were given, as changes of the file's settings; refused here where they cannot be."""
    from cnndsl.data import SHAPES, load
    from cnndsl.language.syntax import Word
    from cnndsl.settings import from_option
    from cnndsl.training import Settings

    Settings(processes=processes, **{name: value for name, value in given.items() if not name.startswith("data")})
    if given.get("data", "mnist") not in SHAPES:
        load(given["data"])  # says what it could have been
    words = {"data", "optimizer"}
    return tuple(
        from_option(
            f"--{name.replace('_', '-')}",
            _SETTINGS[name],
            Word("all") if value is None else Word(value) if name in words else value,
        )
        for name, value in given.items()
    )


def train_experiment(
    experiment: Experiment, folder: Path, *, processes: int, remat: bool = False, legacy_csv: bool = False
) -> Result:
    """Train what a file says into a folder. Raises ``ModelError`` for what this version cannot train."""
    import secrets

    from cnndsl.cli.progress import Progress
    from cnndsl.data import load, make_splits, resolve
    from cnndsl.settings import unsupported
    from cnndsl.training import compile_and_train, program_of, protocol

    refused = unsupported(experiment.settings, experiment.graph.source)
    if refused:
        raise ModelError(refused)
    data = experiment.settings.data
    asked = (data.train, data.valid, data.test)
    counts = tuple(size if isinstance(size, int) else None for size in asked)
    dataset = load(data.name, data_dir=data_dir(experiment), sizes=counts)
    chosen = protocol(
        experiment.settings,
        resolve(dataset, *asked),
        seed=secrets.randbits(32),
        processes=processes,
        remat=remat,
        variables=experiment.variables,
    )
    program = program_of(experiment.graph, chosen)
    splits = make_splits(
        dataset,
        train=chosen.train,
        valid=chosen.valid,
        test=chosen.test,
        seed=chosen.seed,
        balanced=chosen.balance,
        scale=chosen.scale,
    )
    origin = dataset.source
    del dataset  # the splits are copies, and the whole of a data set can be large
    output.message(f"{printable(experiment.graph.source.name)}: {program.figures}")
    sizes = f"{len(splits.train):,} / {len(splits.valid):,} / {len(splits.test):,} images"
    output.message(f"{splits.name}: {sizes} to train, validate, test ({origin})")
    with Progress(chosen.epochs, len(splits.train)) as progress:
        result = compile_and_train(program, splits, chosen, folder, legacy_csv=legacy_csv, on_event=progress.show)
    if chosen.stop and len(result.rows) < chosen.epochs:
        waited = f"{chosen.stop.metric} was not better than its best {chosen.stop.epochs} times in a row"
        output.message(f"stopped after epoch {len(result.rows)} of {chosen.epochs}: {waited}")
    return result


def data_dir(experiment: Experiment) -> Path | None:
    """The folder of the data: one that the file names is seen from the file's own folder."""
    folder, place = experiment.settings.data.dir, experiment.settings.places.get("data.dir")
    if folder is None or place is None:
        return None
    return Path(folder) if place.option else Path(place.span.file).parent / folder


def _summarise(result: Result) -> None:
    best, test = result.best, result.test
    output.result(
        f"best epoch {best.epoch}: validation accuracy {best.valid.accuracy:.4f}, F1 {best.valid.macro_f1:.4f}"
    )
    output.result(f"test: loss {test.loss:.4f}, accuracy {test.accuracy:.4f}, macro F1 {test.macro_f1:.4f}")
    output.result(f"trained in {result.train_seconds:.1f} s; written:")
    for path in result.files:
        output.result(f"  {path}")

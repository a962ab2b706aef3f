"""``cnndsl compile-and-train [FILE]``: the whole job."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import click
from attrs import frozen
from click.core import ParameterSource

from cnndsl.cli import output
from cnndsl.cli.settings import changes_option, checked, read_changes
from cnndsl.cli.sources import data_setting, read_data, seen_from_file
from cnndsl.errors import InputError, ModelError, printable

if TYPE_CHECKING:
    from cnndsl.compiler import Experiment
    from cnndsl.settings import Override
    from cnndsl.training import Result

# The options that are settings of a file as well, and which.
_SETTINGS = {
    "data_dir": "data.dir",
    "train": "data.train",
    "valid": "data.valid",
    "test": "data.test",
    "fold": "data.fold",
    "skip_bad": "data.skip_bad",
    "batch": "train.batch",
    "epochs": "train.epochs",
    "optimizer": "train.optimizer",
    "lr": "train.optimizer.lr",
    "seed": "train.seed",
}


@frozen
class Manner:
    """How a run is done: none of it changes a number. ``resume`` is a path, or ``auto``."""

    processes: int = 2
    legacy_csv: bool = False
    resume: str | None = None
    save_every: float = 300
    tensorboard: bool = False
    force: bool = False
    remat: bool = False


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
@click.option("--data", default="mnist", show_default=True, metavar="NAME|PATH", help="A data set, or your images.")
@click.option("--data-dir", type=click.Path(), metavar="DIR", help="Folder with the official files of the data set.")
@click.option("--train", default=5000, show_default=True, help="Training images, balanced by class.")
@click.option("--valid", default=500, show_default=True, help="Validation images, balanced by class.")
@click.option("--test", default=500, show_default=True, type=TestSize(), help="Test images; `all` of them.")
@click.option("--fold", metavar="I/K", help="Part I of K equal ones validates, the others are trained on.")
@click.option("--skip-bad", is_flag=True, help="Leave out images that cannot be read, and name them.")
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
@click.option("--resume", metavar="PATH|auto", help="Go on from a checkpoint: of a file or run, or of --out if any.")
@click.option(
    "--save-every",
    default=300.0,
    show_default=True,
    metavar="SECONDS",
    type=click.FloatRange(min=0),
    help="Checkpoints within an epoch; after each epoch there is one.",
)
@click.option("--tensorboard", is_flag=True, help="Write curves for TensorBoard too.")
@click.option("--force", is_flag=True, help="Train even if memory will not suffice.")
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
    resume: str | None,
    save_every: float,
    tensorboard: bool,
    force: bool,
    **options: Any,
) -> int:
    """Check FILE, train it, keep the best epoch, by validation macro F1 if it does not say, and test that one.

    What FILE says in `data` and `train` holds unless an option is given; the defaults are for what neither says.
    Writes history.csv, test.csv, best.safetensors, manifest.json, curves.png, confusion.png, events.jsonl, and the last
    two checkpoints. Ctrl-C finishes the step and writes one more.
    """
    from cnndsl.language.source import read_source

    given = {name: value for name, value in options.items() if _is_given(context, name)}
    overrides = (*read_changes(changes), *_overrides(given, processes))
    experiment = checked(read_source(file), overrides)
    folder = Path(out) if _is_given(context, "out") or resume in {None, "auto"} else _run_of(Path(resume or ""))
    manner = Manner(processes, legacy_csv, resume, save_every, tensorboard, force, remat)
    _summarise(train_experiment(experiment, folder, manner))
    return 0


def _is_given(context: click.Context, name: str) -> bool:
    return context.get_parameter_source(name) is ParameterSource.COMMANDLINE


def _overrides(given: dict[str, Any], processes: int) -> tuple[Override, ...]:
    """The options that were given, as changes of the file's settings; refused here where they cannot be."""
    from cnndsl.language.syntax import Word
    from cnndsl.settings import from_option
    from cnndsl.training import Settings

    known = {field.name for field in attrs.fields(Settings)}
    Settings(processes=processes, **{name: value for name, value in given.items() if name in known})
    images = (from_option("--data", *data_setting(given["data"])),) if "data" in given else ()
    return *images, *(
        from_option(
            f"--{name.replace('_', '-')}",
            _SETTINGS[name],
            Word("all") if value is None else Word(value) if name == "optimizer" else value,
        )
        for name, value in given.items()
        if name != "data"
    )


def train_experiment(experiment: Experiment, folder: Path, manner: Manner) -> Result:
    """Train what a file says into a folder. Raises ``ModelError`` for what this version cannot train."""
    from cnndsl.cli.progress import Progress
    from cnndsl.cli.stop import put_off
    from cnndsl.data import make_splits, resolve
    from cnndsl.settings import unsupported
    from cnndsl.training import compile_and_train, program_of, protocol
    from cnndsl.training.replay import experiment as as_experiment
    from cnndsl.training.room import check_room

    refused = unsupported(experiment.settings, experiment.graph.source)
    if refused:
        raise ModelError(refused)
    checkpoint = _checkpoint(manner.resume, folder)
    data = experiment.settings.data
    dataset = read_data(experiment)
    chosen = protocol(
        experiment.settings,
        resolve(dataset, data.train, data.valid, data.test),
        seed=_seed(checkpoint),
        processes=manner.processes,
        remat=manner.remat,
        variables=experiment.variables,
    )
    program = program_of(experiment.graph, chosen)
    if not manner.force:
        check_room(program, chosen)
    splits = make_splits(
        dataset,
        train=chosen.train,
        valid=chosen.valid,
        test=chosen.test,
        seed=chosen.seed,
        balanced=chosen.balance,
        scale=chosen.scale,
        folds=chosen.folds,
    )
    origin = dataset.source
    del dataset  # the splits are copies, and the whole of a data set can be large
    output.message(f"{printable(experiment.graph.source.name)}: {program.figures}")
    sizes = f"{len(splits.train):,} / {len(splits.valid):,} / {len(splits.test):,} images"
    output.message(f"{splits.name}: {sizes} to train, validate, test ({origin})")
    with Progress(chosen.epochs, len(splits.train)) as progress:
        result = compile_and_train(
            program,
            splits,
            chosen,
            folder,
            resume=checkpoint,
            legacy_csv=manner.legacy_csv,
            save_every=manner.save_every,
            tensorboard=manner.tensorboard,
            experiment=as_experiment(
                experiment.graph,
                experiment.settings,
                seed=chosen.seed,
                paths={key: seen_from_file(experiment, key) for key in ("dir", "images")},
                legacy_csv=manner.legacy_csv,
            ),
            on_event=progress.show,
            hold=put_off,
        )
    if chosen.stop and len(result.rows) < chosen.epochs:
        waited = f"{chosen.stop.metric} was not better than its best {chosen.stop.epochs} times in a row"
        output.message(f"stopped after epoch {len(result.rows)} of {chosen.epochs}: {waited}")
    return result


def _run_of(path: Path) -> Path:
    """The folder of the run that a path to resume belongs to."""
    from cnndsl.training.checkpoint import CHECKPOINTS

    if path.is_dir():
        return path
    return path.parent.parent if path.parent.name == CHECKPOINTS else path.parent


def _checkpoint(resume: str | None, folder: Path) -> Path | None:
    """The checkpoint to go on from, if there is to be one; with ``auto`` there need not."""
    from cnndsl.training.checkpoint import newest

    if resume is None:
        return None
    path = folder if resume == "auto" else Path(resume)
    if resume != "auto" and not path.is_dir():
        return path
    found, remarks = newest(path)
    for remark in remarks:
        output.message(str(remark))
    if found is None and resume != "auto":
        raise InputError(f"{path} holds no whole checkpoint", code="D503", hint="begin anew, without --resume")
    output.message(f"resumed from {found}" if found else f"{path} holds no checkpoint: begun anew")
    return found


def _seed(checkpoint: Path | None) -> int:
    """The seed of a run whose file names none: drawn, but where the run has begun already."""
    import secrets

    from cnndsl.training.weights import read_header

    settings = read_header(checkpoint).get("settings") if checkpoint else None
    seed = settings.get("seed") if isinstance(settings, dict) else None
    return seed if isinstance(seed, int) else secrets.randbits(32)


def _summarise(result: Result) -> None:
    best, test = result.best, result.test
    output.result(
        f"best epoch {best.epoch}: validation accuracy {best.valid.accuracy:.4f}, F1 {best.valid.macro_f1:.4f}"
    )
    output.result(f"test: loss {test.loss:.4f}, accuracy {test.accuracy:.4f}, macro F1 {test.macro_f1:.4f}")
    times = result.times
    output.result(
        f"trained in {times.train_seconds:.1f} s, {times.waited_share:.1%} of it waiting for images; written:"
    )
    for path in result.files:
        output.result(f"  {path}")

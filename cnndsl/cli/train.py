"""``cnndsl compile-and-train [FILE]``: the whole job."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cnndsl.cli import output
from cnndsl.errors import ModelError, printable

if TYPE_CHECKING:
    from cnndsl.training import Result


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
@click.option("--optimizer", default="adam", show_default=True, help="adam, sgd, momentum or nesterov.")
@click.option("--seed", default=0, show_default=True, help="Root of all randomness: equal seeds, equal results.")
@click.option("--processes", default=2, show_default=True, help="Processes that share a batch: 1 or 2. Same results.")
@click.option("--out", default="outputdir", show_default=True, type=click.Path(), metavar="DIR", help="Where to write.")
@click.option("--legacy-csv", is_flag=True, help="The earlier program's CSV columns, with summed losses.")
def compile_and_train(
    file: str, data: str, data_dir: str | None, out: str, *, legacy_csv: bool, **settings: Any
) -> int:
    """Check FILE, train it, keep the best epoch by validation macro F1, and test that one.

    Writes history.csv, test.csv, best.safetensors, manifest.json, curves.png and confusion.png.
    """
    from cnndsl.cli.progress import Progress
    from cnndsl.compiler import build, check, has_errors
    from cnndsl.data import SHAPES, load, make_splits
    from cnndsl.language.source import read_source
    from cnndsl.training import SHARDS, Settings
    from cnndsl.training import compile_and_train as run

    chosen = Settings(**settings)
    if data not in SHAPES:
        load(data)  # says what it could have been
    source = read_source(file)
    graph, found = check(source, SHAPES.get(data))
    if has_errors(found):
        raise ModelError(found)
    for diagnostic in found:
        output.message(str(diagnostic))
    program = build(graph, shards=SHARDS)
    dataset = load(data, data_dir=data_dir, sizes=(chosen.train, chosen.valid, chosen.test))
    splits = make_splits(dataset, train=chosen.train, valid=chosen.valid, test=chosen.test, seed=chosen.seed)
    origin = dataset.source
    del dataset  # the splits are copies, and the whole of a data set can be large
    output.message(f"{printable(source.name)}: {program.figures}")
    sizes = f"{len(splits.train):,} / {len(splits.valid):,} / {len(splits.test):,} images"
    output.message(f"{splits.name}: {sizes} to train, validate, test ({origin})")
    with Progress(chosen.epochs, len(splits.train)) as progress:
        result = run(program, splits, chosen, Path(out), legacy_csv=legacy_csv, on_event=progress.show)
    _summarise(result)
    return 0


def _summarise(result: Result) -> None:
    best, test = result.best, result.test
    output.result(
        f"best epoch {best.epoch}: validation accuracy {best.valid.accuracy:.4f}, F1 {best.valid.macro_f1:.4f}"
    )
    output.result(f"test: loss {test.loss:.4f}, accuracy {test.accuracy:.4f}, macro F1 {test.macro_f1:.4f}")
    output.result(f"trained in {result.train_seconds:.1f} s; written:")
    for path in result.files:
        output.result(f"  {path}")

"""``cnndsl augment FILE``: what training images look like after the file's ``augment`` section."""

from __future__ import annotations

from pathlib import Path

import click

from cnndsl.cli import output
from cnndsl.errors import CnndslError, printable


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(readable=False))
@click.option("--out", default="preview.png", show_default=True, metavar="PNG", help="What to write.")
@click.option("--data", metavar="NAME", help="mnist or cifar10, instead of what FILE says.")
@click.option("--data-dir", metavar="DIR", help="Folder with the official files of the data set.")
@click.option("--seed", type=int, default=0, show_default=True, help="Root of what is drawn.")
@click.option("--images", default=6, show_default=True, type=click.IntRange(1, 50), help="Training images: rows.")
def augment(file: str, out: str, data: str | None, data_dir: str | None, *, seed: int, images: int) -> int:
    """Draw a sheet of training images: each row is the original and seven draws of what `augment` makes of it."""
    from cnndsl.augment.preview import preview
    from cnndsl.cli.settings import checked
    from cnndsl.cli.train import data_dir as dir_of
    from cnndsl.data import load, make_splits
    from cnndsl.language.source import read_source
    from cnndsl.language.syntax import Word
    from cnndsl.report.sheet import sheet
    from cnndsl.settings import from_option
    from cnndsl.settings.text import write_operations
    from cnndsl.training.files import write_durably

    given = {"--data": ("data.name", Word(data) if data else None), "--data-dir": ("data.dir", data_dir)}
    overrides = tuple(from_option(option, name, value) for option, (name, value) in given.items() if value is not None)
    experiment = checked(read_source(file), overrides)
    operations = experiment.settings.augment
    if not operations:
        hint = "add one, such as `augment { Pad 2; RandomCrop 28 }`"
        raise CnndslError(f"{file} has no `augment` section: there is nothing to show", hint=hint)
    dataset = load(experiment.settings.data.name, data_dir=dir_of(experiment), sizes=(5000, 500, 500))
    splits = make_splits(dataset, train=max(images, 100), valid=10, test=10, seed=seed)
    pictures = preview(operations, splits.train.images[:images], splits.mean, splits.std, draws=7, seed=seed)
    caption = ("left: the original; then:", *write_operations(operations))
    write_durably(Path(out), sheet(pictures, caption))
    output.result(f"{printable(out)}: {images} images of {splits.name}, 7 draws of each")
    return 0

"""``cnndsl augment FILE``: what training images look like after the file's ``augment`` section."""

from __future__ import annotations

from pathlib import Path

import click

from cnndsl.cli import output
from cnndsl.errors import CnndslError, printable


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(readable=False))
@click.option("--out", default="preview.png", show_default=True, metavar="PNG", help="What to write.")
@click.option("--data", metavar="NAME|PATH", help="A data set or your images, instead of what FILE says.")
@click.option("--data-dir", metavar="DIR", help="Folder with the official files of the data set.")
@click.option("--seed", type=int, default=0, show_default=True, help="Root of what is drawn.")
@click.option("--images", default=6, show_default=True, type=click.IntRange(1, 50), help="Training images: rows.")
def augment(file: str, out: str, data: str | None, data_dir: str | None, *, seed: int, images: int) -> int:
    """Draw a sheet of training images: each row is the original and seven draws of what `augment` makes of it."""
    from cnndsl.augment.preview import preview
    from cnndsl.cli.settings import checked
    from cnndsl.cli.sources import data_setting, read_data
    from cnndsl.data import make_splits, resolve
    from cnndsl.language.source import read_source
    from cnndsl.report.sheet import sheet
    from cnndsl.settings import from_option
    from cnndsl.settings.text import write_operations
    from cnndsl.training.files import write_durably

    overrides = (
        *([from_option("--data", *data_setting(data))] if data else []),
        *([from_option("--data-dir", "data.dir", data_dir)] if data_dir else []),
    )
    experiment = checked(read_source(file), overrides)
    operations = experiment.settings.augment
    if not operations:
        hint = "add one, such as `augment { Pad 2; RandomCrop 28 }`"
        raise CnndslError(f"{file} has no `augment` section: there is nothing to show", hint=hint)
    dataset = read_data(experiment)
    asked = experiment.settings.data
    train, valid, test = resolve(dataset, asked.train, asked.valid, asked.test)
    splits = make_splits(
        dataset,
        train=min(max(images, 100), train),
        valid=min(10, valid),
        test=min(10, test or 10),
        seed=seed,
        balanced=asked.balance,
    )
    images = min(images, len(splits.train))
    pictures = preview(operations, splits.train.images[:images], splits.mean, splits.std, draws=7, seed=seed)
    caption = ("left: the original; then:", *write_operations(operations))
    write_durably(Path(out), sheet(pictures, caption))
    output.result(f"{printable(out)}: {images} images of {splits.name}, 7 draws of each")
    return 0

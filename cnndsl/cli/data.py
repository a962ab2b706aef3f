"""``cnndsl data list|fetch|verify|preview``: the data sets there are, and whether one's own can be read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cnndsl.cli import output
from cnndsl.cli.show import ImageShape
from cnndsl.errors import CnndslError, InputError, printable

if TYPE_CHECKING:
    from cnndsl.data import Dataset
    from cnndsl.language.graph import Shape

_UNSIZED = (3, 64, 64)  # of a preview of pictures of several sizes


@click.group()
def data() -> None:
    """Data sets by name, and images of one's own.

    A folder with a folder of images for each class (perhaps below `train`, `valid` and `test`), a .csv of paths and
    labels, or an .npz of arrays can stand wherever a data set's name can. What is downloaded is kept in CNNDSL_CACHE;
    with CNNDSL_OFFLINE set nothing is downloaded.
    """


@data.command("list")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
def list_sets(*, as_json: bool) -> int:
    """The data sets that are known by name, and which of them are here."""
    rows = [_described(name) for name in _names()]
    if as_json:
        import json

        output.result(json.dumps(rows, indent=2))
        return 0
    head = ("name", "images", "classes", "where")
    table = [
        head,
        *((row["name"], "x".join(map(str, row["shape"])), str(row["classes"]), row["where"]) for row in rows),
    ]
    widths = [max(len(row[column]) for row in table) for column in range(len(head) - 1)]
    for row in table:
        cells = [f"{text:<{width}}" for text, width in zip(row, widths, strict=False)]
        output.result("  ".join([*cells, row[-1]]))
    return 0


def _described(name: str) -> dict[str, Any]:
    from cnndsl.data.fetch import REMOTES, cached
    from cnndsl.data.shapes import CLASSES, SHAPE_OF

    here = cached(name) if name in REMOTES else {}
    part = "6,000 images come with cnndsl; " if name == "mnist" else ""
    if not here:
        where = "comes with scikit-learn"
    elif all(here.values()):
        where = "in the cache"
    elif any(found is False for found in here.values()):
        where = f"{part}damaged in the cache: it will be downloaded again ({REMOTES[name].size} MB)"
    else:
        where = f"{part}to be downloaded ({REMOTES[name].size} MB)"
    complete = all(here.values())
    return {
        "name": name,
        "shape": list(SHAPE_OF[name]),
        "classes": CLASSES[name],
        "complete": complete,
        "download_mb": 0 if complete else REMOTES[name].size,
        "where": where,
    }


def _names() -> tuple[str, ...]:
    from cnndsl.data import BUILT_IN

    return BUILT_IN


@data.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
def fetch(names: tuple[str, ...]) -> int:
    """Download data sets into the cache, unless they are there; what has the wrong checksum is not kept."""
    from cnndsl.data.catalogue import canonical_name
    from cnndsl.data.fetch import REMOTES
    from cnndsl.data.fetch import fetch as fetched

    for name in map(canonical_name, names):
        if name in REMOTES:
            output.result(f"{name}: {printable(str(fetched(name)))}")
        else:
            output.result(f"{name}: comes with scikit-learn")
    return 0


@data.command()
@click.argument("what", nargs=-1, required=True, metavar="NAME|PATH...")
@click.option("--data-dir", metavar="DIR", help="Folder with the official files of a NAME.")
@click.option(
    "--label-base", type=click.IntRange(0, 1), default=0, show_default=True, help="Number of the first class."
)
def verify(what: tuple[str, ...], data_dir: str | None, label_base: int) -> int:
    """Read data sets and images to the end, and name all that is wrong with them.

    Of a NAME, the files in the cache are compared with their checksums and read; of a PATH, every image is decoded.
    """
    worst = 0
    for one in what:
        faults = 0
        for error in _faults(one, data_dir, label_base):
            output.message(str(error))
            faults += 1
            worst = max(worst, error.exit_code)
        if faults:
            output.result(f"{printable(one)}: {faults:,} fault{'s' * (faults > 1)}")
    return worst


def _faults(what: str, data_dir: str | None, label_base: int) -> Iterator[CnndslError]:
    """What is wrong with a data set; what it is, is printed if nothing is."""
    from cnndsl.cli.sources import data_setting
    from cnndsl.data import load
    from cnndsl.data.image_files import bad_images
    from cnndsl.data.own import list_images

    try:
        setting, value = data_setting(what)
        if setting == "data.name":
            name = str(value)
            if data_dir is None:
                _check_cache(name)
            dataset = load(name, data_dir=data_dir, sizes=(None, None, None), label_base=label_base)
        else:
            bad = list(bad_images(list_images(what, label_base)))
            if bad:
                yield from bad
                return
            dataset = _own(what, None, label_base=label_base)
    except CnndslError as error:
        yield error
        return
    for remark in dataset.remarks:
        output.message(printable(remark))
    output.result(f"{printable(what)}: ok, {_summary(dataset)}")


def _check_cache(name: str) -> None:
    """Raise InputError unless the cache has every official file, whole; so that to verify never downloads."""
    from cnndsl.data.fetch import REMOTES, cache_folder, cached
    from cnndsl.data.files import corrupt, missing

    if name not in REMOTES:
        return
    folder = cache_folder(name, make=False)
    for file, good in cached(name).items():
        if good is None:
            raise missing(folder / file, "is not in the cache", f"`cnndsl data fetch {name}`, or --data-dir DIR")
        if not good:
            raise corrupt(folder / file, "has the wrong checksum", f"`cnndsl data fetch {name}` downloads it again")


def _own(path: str, shape: Shape | None, *, label_base: int, skip_bad: bool = False) -> Dataset:
    """One's own data in a shape; without one in the size they have, or in one for a sheet if they have several."""
    from cnndsl.data.own import read_own

    wanted = (shape[0], shape[1], shape[2]) if shape else None
    try:
        return read_own(path, wanted, label_base=label_base, skip_bad=skip_bad)
    except InputError as error:
        if error.code != "D509" or shape:
            raise
    return read_own(path, _UNSIZED, label_base=label_base, skip_bad=skip_bad)


def _summary(dataset: Dataset) -> str:
    parts = {"train": dataset.train, "valid": dataset.valid, "test": dataset.test}
    sizes = " / ".join(f"{len(part):,} to {name}" for name, part in parts.items() if part)
    if dataset.valid is None and dataset.test is None:
        sizes = f"{len(dataset.train):,}"
    shape = "x".join(map(str, dataset.shape))
    return f"{sizes} images of {len(dataset.classes)} classes, as {shape} ({printable(dataset.source)})"


@data.command()
@click.argument("what", metavar="NAME|PATH")
@click.option("--out", default="preview.png", show_default=True, metavar="PNG", help="What to write.")
@click.option("--images", default=8, show_default=True, type=click.IntRange(1, 50), help="Images of each class.")
@click.option("--input", "shape", type=ImageShape(), metavar="CxHxW", help="What your images become, as for a network.")
@click.option("--data-dir", metavar="DIR", help="Folder with the official files of a NAME.")
@click.option(
    "--label-base", type=click.IntRange(0, 1), default=0, show_default=True, help="Number of the first class."
)
@click.option("--skip-bad", is_flag=True, help="Leave out images that cannot be read, and name them.")
def preview(
    what: str,
    out: str,
    shape: Shape | None,
    data_dir: str | None,
    *,
    images: int,
    label_base: int,
    skip_bad: bool,
) -> int:
    """Draw a sheet of training images, a row for each class, as a network is given them."""
    from cnndsl.cli.sources import data_setting
    from cnndsl.data import load
    from cnndsl.data.preview import by_class
    from cnndsl.report.sheet import labelled_rows
    from cnndsl.training.files import write_durably

    setting, value = data_setting(what)
    if setting == "data.name":
        dataset = load(str(value), data_dir=data_dir, label_base=label_base)
    else:
        dataset = _own(what, shape, label_base=label_base, skip_bad=skip_bad)
    for remark in dataset.remarks:
        output.message(printable(remark))
    rows = by_class(dataset, images)
    write_durably(Path(out), labelled_rows([(f"{name} ({count:,})", pictures) for name, count, pictures in rows]))
    output.result(f"{printable(out)}: {_summary(dataset)}")
    return 0

"""``cnndsl predict RUN IMAGE...``: what a trained network takes pictures for."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import frozen

from cnndsl.cli import output
from cnndsl.cli.table import table
from cnndsl.errors import InputError

if TYPE_CHECKING:
    from cnndsl.data.dataset import Pixels
    from cnndsl.training.trained import Trained

_CHUNK = 256  # pictures at a time


@frozen
class Guess:
    """A picture, and the classes that it is most likely to be, each with its probability."""

    image: str
    classes: tuple[tuple[str, float], ...]


@click.command()
@click.argument("run", metavar="RUN", type=click.Path(readable=False))
@click.argument("images", metavar="IMAGE...", nargs=-1, required=True, type=click.Path(readable=False))
@click.option("--top", default=3, show_default=True, type=click.IntRange(min=1), help="Classes that are named.")
@click.option("--json", "as_json", is_flag=True, help="A list of objects, for programs.")
@click.option("--csv", "as_csv", is_flag=True, help="A table for spreadsheets.")
@click.option("--skip-bad", is_flag=True, help="Leave out pictures that cannot be read, and name them.")
def predict(run: str, images: tuple[str, ...], top: int, *, as_json: bool, as_csv: bool, skip_bad: bool) -> int:
    """Name the most probable classes of pictures, by the network that a run kept.

    IMAGE is a picture (PNG, JPEG, BMP, GIF, WEBP) or a folder, of which every picture is taken, those in its folders
    too. They are read as a viewer shows them, scaled and cropped to the size that the network takes, and standardised
    as the training images were.
    """
    from cnndsl.training.trained import load_trained

    if as_json and as_csv:
        raise click.UsageError("Choose one of --json and --csv.")
    trained = load_trained(Path(run))
    paths = [path for image in images for path in _pictures(image)]
    guesses = list(_guesses(trained, paths, min(top, len(trained.classes)), skip_bad=skip_bad))
    if not guesses:
        raise InputError("none of the pictures can be read", code="D510", hint="name others")
    output.result(_json(guesses) if as_json else _csv(guesses) if as_csv else _text(guesses))
    return 0


def _pictures(image: str) -> list[str]:
    """The picture itself, or all that are in a folder, in order of their names."""
    from cnndsl.data.images import SUFFIXES

    if not os.path.isdir(image):  # noqa: PTH112 - the path is shown as it was typed
        return [image]
    found = [
        os.path.join(place, name)  # noqa: PTH118 - as above
        for place, _, names in os.walk(image)
        for name in names
        if os.path.splitext(name)[1].lower() in SUFFIXES  # noqa: PTH122 - as above
    ]
    if not found:
        hint = f"they end in {', '.join(sorted(SUFFIXES))}"
        raise InputError(f"{image} holds no pictures", code="D503", hint=hint)
    return sorted(found)


def _guesses(trained: Trained, paths: Sequence[str], top: int, *, skip_bad: bool) -> Iterator[Guess]:
    import numpy as np

    for start in range(0, len(paths), _CHUNK):
        read = list(_read(paths[start : start + _CHUNK], trained.program.input_shape, skip_bad=skip_bad))
        if not read:
            continue
        shares = trained.probabilities(np.stack([pixels for _, pixels in read]))
        best = shares.argsort(axis=1, kind="stable")[:, ::-1][:, :top]
        for (path, _), own, order in zip(read, shares, best, strict=True):
            yield Guess(path, tuple((trained.classes[place], float(own[place])) for place in order))


def _read(paths: Sequence[str], shape: Sequence[int], *, skip_bad: bool) -> Iterator[tuple[str, Pixels]]:
    from cnndsl.data.images import read_pixels

    channels, height, width = shape
    for path in paths:
        try:
            yield path, read_pixels(path, (channels, height, width))
        except InputError as error:
            if not skip_bad:
                raise
            output.message(f"left out: {error}")


def _text(guesses: Sequence[Guess]) -> str:
    count = len(guesses[0].classes)
    names = [max(len(guess.classes[place][0]) for guess in guesses) for place in range(count)]
    rows = [
        (
            guess.image,
            "  ".join(
                f"{name:<{width}} {share:.4f}" for (name, share), width in zip(guess.classes, names, strict=True)
            ),
        )
        for guess in guesses
    ]
    return table(("image", "most probable"), rows, left={0})


def _json(guesses: Sequence[Guess]) -> str:
    return json.dumps(
        [
            {
                "image": guess.image,
                "classes": [{"class": name, "probability": share} for name, share in guess.classes],
            }
            for guess in guesses
        ],
        indent=2,
    )


def _csv(guesses: Sequence[Guess]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    count = len(guesses[0].classes)
    writer.writerow(
        ["image", *(f"{what}_{place}" for place in range(1, count + 1) for what in ("class", "probability"))]
    )
    writer.writerows([guess.image, *(cell for pair in guess.classes for cell in pair)] for guess in guesses)
    return text.getvalue().removesuffix("\n")

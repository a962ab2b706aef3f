"""``cnndsl evaluate RUN``: how good a trained network is on images that one names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cnndsl.cli import output
from cnndsl.cli.table import table
from cnndsl.errors import printable

if TYPE_CHECKING:
    from cnndsl.layers._kind import Array
    from cnndsl.training.evaluation import Evaluation

_WIDE = 20  # classes of which the confusion matrix still fits a terminal
_PAIRS = 10  # that are shown in its place


@click.command()
@click.argument("run", metavar="RUN", type=click.Path(readable=False))
@click.option("--data", metavar="NAME|PATH", help="Other images than those that the run was trained and tested on.")
@click.option("--data-dir", type=click.Path(), metavar="DIR", help="Folder with the official files of the data set.")
@click.option("--split", type=click.Choice(["train", "valid", "test"]), default="test", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The same for programs.")
@click.option("--out", type=click.Path(dir_okay=False), metavar="FILE", help="Write that to a file as well.")
def evaluate(run: str, data: str | None, data_dir: str | None, split: str, out: str | None, *, as_json: bool) -> int:
    """Score the network that a run kept: metrics, a row for each class, and who is taken for whom.

    RUN is the folder of a training run. Without --data the images are the run's own, parted as they were for training;
    with it they are all of that part of the data set. Either way they are standardised as the training images were.
    Nothing is written but what --out asks for.
    """
    from cnndsl.training.evaluation import evaluate_run

    found = evaluate_run(Path(run), split, data=data, data_dir=Path(data_dir) if data_dir else None)
    for remark in found.remarks:
        output.message(printable(str(remark)) if isinstance(remark, str) else str(remark))
    document = json.dumps(_document(run, found), indent=2)
    if out:
        from cnndsl.training.files import write_durably

        write_durably(Path(out), f"{document}\n".encode())
    output.result(document if as_json else _text(run, found))
    return 0


def _document(run: str, found: Evaluation) -> dict[str, Any]:
    import attrs

    return {
        "run": run,
        "epoch": found.epoch,
        "data": found.data,
        "split": found.split,
        "images": int(found.confusion.sum()),
        "metrics": {metric: found.scores[metric] for metric in found.metrics},
        "classes": [
            {"class": name, **attrs.asdict(own)} for name, own in zip(found.classes, found.per_class, strict=True)
        ],
        "confusion": found.confusion.tolist(),
    }


def _text(run: str, found: Evaluation) -> str:
    images = int(found.confusion.sum())
    head = f"{run}, epoch {found.epoch}, on {found.data}, {found.split}: {images:,} images"
    return "\n\n".join([f"{printable(head)}\n{found.scores.text(found.metrics)}", _classes(found), _confusion(found)])


def _classes(found: Evaluation) -> str:
    rows = [
        (name, f"{own.precision:.4f}", f"{own.recall:.4f}", f"{own.f1:.4f}", f"{own.support:,}")
        for name, own in zip(found.classes, found.per_class, strict=True)
    ]
    width = max(len("images"), *(len(row[-1]) for row in rows))
    head, *body = (
        (*row[:-1], f"{row[-1]:>{width}}") for row in (("class", "precision", "recall", "F1", "images"), *rows)
    )
    return table(head, body, left={0})


def _confusion(found: Evaluation) -> str:
    if len(found.classes) > _WIDE:
        return f"taken for another, most often first:\n{_pairs(found)}"
    rows = [(name, *map(_count, own), "") for name, own in zip(found.classes, found.confusion, strict=True)]
    return f"rows are true classes, columns predicted ones:\n{table(('', *found.classes, ''), rows, left={0})}"


def _count(number: Any) -> str:
    return f"{number:,}" if number else "."


def _pairs(found: Evaluation) -> str:
    """The mistakes that are made most often."""
    wrong: Array = found.confusion.copy()
    wrong[range(len(wrong)), range(len(wrong))] = 0
    order = wrong.ravel().argsort(kind="stable")[::-1][:_PAIRS]
    pairs = [divmod(int(place), len(wrong)) for place in order]
    rows = [
        (found.classes[true], f"{wrong[true, guess]:,}", found.classes[guess])
        for true, guess in pairs
        if wrong[true, guess]
    ]
    return table(("true", "images", "predicted"), rows, left={0})

"""``cnndsl gradcheck FILE``: whether the gradients of a network are its slopes."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from cnndsl.cli import output
from cnndsl.cli.show import ImageShape
from cnndsl.errors import ModelError, printable

if TYPE_CHECKING:
    from cnndsl.gradcheck.network import Settings
    from cnndsl.language import Graph, Source
    from cnndsl.language.graph import Shape


@click.command()
@click.argument("file", type=click.Path(readable=False, allow_dash=True))
@click.option("--input", "shape", type=ImageShape(), metavar="CxHxW", help="The images' shape, such as 3x32x32.")
@click.option("--batch", default=4, show_default=True, type=click.IntRange(1, 1024), help="Images in the batch.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Of all that is drawn.")
@click.option(
    "--tolerance",
    default=1e-5,
    show_default=True,
    type=click.FloatRange(1e-9, 1, max_open=True),
    help="Largest relative error that is right.",
)
@click.option(
    "--coordinates",
    default=1000,
    show_default=True,
    type=click.IntRange(1),
    help="How many of each array to look at; fewer where the network is large.",
)
@click.option("--mutate", "plants", is_flag=True, help="Plant classic mistakes, and show which check sees each.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON; docs/formats.md says what is in it.")
def gradcheck(
    file: str,
    shape: Shape | None,
    *,
    batch: int,
    seed: int,
    tolerance: float,
    coordinates: int,
    plants: bool,
    as_json: bool,
) -> int:
    """Check the gradients of a network against central differences, in float64: each layer, then the whole.

    Images, labels and cotangents are drawn, parameters are the first ones, moved somewhat, and the loss is the file's.
    What is compared is the gradient by each input and parameter, some hundred coordinates at once. A coordinate at a
    kink (a value that is cut off at zero, tied maxima) has no slope; it is left out and counted. Errors are relative to
    the gradient's norm.

    With --mutate the question is whether the check would see a mistake: a forgotten bias, an unflipped kernel and ten
    others are made on purpose, one at a time.

    Without an `input` line the file is read for the first built-in data set that it is right for. Exit codes: 0 right;
    1 a gradient is wrong, could not be checked, or a planted mistake went unseen; or the file has errors.
    """
    from cnndsl.compiler import read_experiment
    from cnndsl.compiler.objective import loss_of
    from cnndsl.gradcheck.compare import Precision
    from cnndsl.gradcheck.network import Settings
    from cnndsl.language.source import read_source

    source = read_source(file)
    data, graph = _network(source, shape)
    loss = loss_of(read_experiment(source).settings.train.loss)
    settings = Settings(batch, seed, Precision(tolerance, coordinates=coordinates), loss)
    if not as_json:
        output.result(_heading(graph, data, settings))
    return (_mutate if plants else _check)(graph, data, settings, as_json=as_json)


def _network(source: Source, shape: Shape | None) -> tuple[str, Graph]:
    from cnndsl.cli.colour import brush
    from cnndsl.compiler import check, has_errors
    from cnndsl.data import SHAPES
    from cnndsl.diagnostics.line import check_first
    from cnndsl.diagnostics.renderers.text import render

    data, graph, found = ("", *check(source, shape)) if shape else check_first(source, SHAPES)
    if has_errors(found):
        raise ModelError(found)
    for diagnostic in found:
        output.message(render(diagnostic, brush(sys.stderr)))
    return data, graph


def _heading(graph: Graph, data: str, settings: Settings) -> str:
    from cnndsl.layers._fields import spell

    images = " ".join(filter(None, (data, spell(graph.input_shape))))
    drawn = f"{settings.images} images, seed {settings.seed}"
    return (
        f"{printable(graph.source.name)}: {images}: float64, {drawn}, tolerance {spell(settings.precision.tolerance)}\n"
    )


def _check(graph: Graph, data: str, settings: Settings, *, as_json: bool) -> int:
    from cnndsl.gradcheck.document import document
    from cnndsl.gradcheck.network import check_network
    from cnndsl.gradcheck.text import rows_text

    rows = tuple(check_network(graph, settings))
    tolerance = settings.precision.tolerance
    if as_json:
        output.result(json.dumps(document(graph.source.name, data, settings, rows), indent=2))
    else:
        output.result(rows_text(rows, tolerance))
    return int(not all(row.comparison.is_right(tolerance) for row in rows))


def _mutate(graph: Graph, data: str, settings: Settings, *, as_json: bool) -> int:
    from cnndsl.gradcheck.document import document
    from cnndsl.gradcheck.mutate import mutate
    from cnndsl.gradcheck.text import outcomes_text

    outcomes = tuple(mutate(graph, settings))
    if as_json:
        output.result(json.dumps(document(graph.source.name, data, settings, mistakes=outcomes), indent=2))
    else:
        output.result(outcomes_text(outcomes))
    return int(any(outcome.is_unseen for outcome in outcomes))

"""``cnndsl export RUN|FILE --to onnx``: a network for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cnndsl.cli import output
from cnndsl.cli.show import ImageShape
from cnndsl.data import BUILT_IN, SHAPE_OF
from cnndsl.errors import ModelError, OutputError, printable

if TYPE_CHECKING:
    from cnndsl.language.graph import Shape
    from cnndsl.training.saved import Saved

_PRODUCER = b"\x12\x06cnndsl"  # a field in the first bytes of every model that is written here
_HEAD = 32


@click.command("export")
@click.argument("what", metavar="RUN|FILE", type=click.Path(readable=False))
@click.option("--to", "form", type=click.Choice(["onnx"]), required=True, help="The format.")
@click.option("-o", "--out", metavar="PATH", help="What to write; model.onnx in RUN, or beside FILE with its name.")
@click.option("--seed", type=int, metavar="N", help="Of FILE's first weights; 0 by default.")
@click.option("--input", "shape", type=ImageShape(), metavar="CxHxW", help="FILE's images, if it does not say.")
@click.option("--data", type=click.Choice(BUILT_IN), help="The same, as a built-in data set has them.")
@click.option("--with-preprocessing", is_flag=True, help="Standardise in the model, which then takes 0 to 255.")
def export(
    what: str,
    form: str,
    out: str | None,
    seed: int | None,
    shape: Shape | None,
    data: str | None,
    *,
    with_preprocessing: bool,
) -> int:
    """Write a network as an ONNX model, which onnxruntime and others run.

    RUN is the folder of a training run, or a file of weights (.safetensors). Of a model FILE the network is written
    with the weights that training would start from. The model takes images N x C x H x W in single precision, any
    number N, standardised as in training: how is in its metadata. docs/onnx.md says what becomes of each layer.
    """
    from cnndsl.exchange.export import export_onnx
    from cnndsl.exchange.notes import notes_of

    path = Path(what)
    is_run = path.is_dir() or path.suffix == ".safetensors"
    if shape and data:
        raise click.UsageError("Choose one of --input and --data.")
    if is_run and (shape or data or seed is not None):
        raise click.UsageError("A run knows its images and its weights: --input, --data and --seed are for a FILE.")
    saved = _run(path) if is_run else _fresh(what, seed or 0, shape or SHAPE_OF.get(data or ""))
    target = Path(out) if out else path / f"model.{form}" if path.is_dir() else path.with_suffix(f".{form}")
    model = export_onnx(
        saved.graph, saved.params, saved.state, notes_of(saved.header), with_preprocessing=with_preprocessing
    )
    _write(target, model)
    output.result(f"{printable(str(target))}: {len(saved.graph.nodes)} layers, {len(model):,} bytes")
    return 0


def _run(path: Path) -> Saved:
    from cnndsl.training.saved import load_saved

    return load_saved(path)


def _fresh(file: str, seed: int, shape: Shape | None) -> Saved:
    """The network of a file with its first weights."""
    import numpy as np

    from cnndsl.compiler import check, has_errors, read_experiment
    from cnndsl.compiler.initialise import initialise
    from cnndsl.language.source import read_source
    from cnndsl.training.saved import Saved

    source = read_source(file)
    experiment = read_experiment(source)
    known = shape or experiment.data_shape or experiment.graph.input_shape
    if not known and not has_errors(experiment.diagnostics):
        message = f"{file} does not say what the images are: give --input, such as 3x32x32, or --data"
        raise click.UsageError(message)
    graph, found = check(source, shape)
    if has_errors(found):
        raise ModelError(found)
    return Saved(graph, *initialise(graph, seed, np.float32), {})


def _write(target: Path, model: bytes) -> None:
    """Write a model, over an older one if there is one, and over nothing else."""
    from cnndsl.training.files import write_durably

    try:
        with target.open("rb") as file:
            is_ours = _PRODUCER in file.read(_HEAD)
    except FileNotFoundError:
        is_ours = True
    except OSError as error:
        raise OutputError(f"cannot write {target}: {error.strerror or type(error).__name__}") from None
    if not is_ours:
        raise OutputError(f"{target} is there, and is no model of this command", hint="give another path with -o")
    write_durably(target, model)

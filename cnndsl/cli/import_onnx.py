"""``cnndsl import-onnx MODEL.onnx``: other programs' networks as model files, with their weights."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import click

from cnndsl.cli import output
from cnndsl.cli.show import ImageShape
from cnndsl.errors import printable

if TYPE_CHECKING:
    from cnndsl.exchange.importing import Imported
    from cnndsl.exchange.notes import Notes
    from cnndsl.language.graph import Shape


@click.command("import-onnx")
@click.argument("model", metavar="MODEL.onnx", type=click.Path(readable=False))
@click.option("-o", "--out", default="model.txt", show_default=True, metavar="FILE", help="The model file to write.")
@click.option(
    "--input", "shape", type=ImageShape(), metavar="CxHxW", help="The images' shape, if MODEL leaves it open."
)
@click.option("--force", is_flag=True, help="Write over files.")
def import_onnx(model: str, out: str, shape: Shape | None, *, force: bool) -> int:
    """Write an ONNX model as a model file, and its weights beside it as .safetensors.

    The weights are in the form of a training run's: `cnndsl export` takes them. What the language has no layer for is
    named, all of it at once; docs/onnx.md lists what is read.

    Exit codes: 0 done, 1 the language lacks something, 3 no whole ONNX file, 5 cannot write.
    """
    from cnndsl.cli.replace import there_already, write_new
    from cnndsl.exchange import importing
    from cnndsl.exchange.read import read_onnx

    text_path, weights_path = _targets(out)
    read = read_onnx(Path(model), shape)
    imported = importing.import_onnx(read, model)
    if not force and os.path.lexists(weights_path):
        raise there_already(str(weights_path))
    write_new(str(text_path), imported.text, force=force)
    _write_weights(weights_path, imported, read.notes, model)
    output.result(f"{printable(str(text_path))}: {len(imported.graph.nodes)} layers")
    arrays = sum(len(own) for tree in (imported.params, imported.state) for own in tree.values())
    output.result(f"{printable(str(weights_path))}: {arrays} arrays")
    return 0


def _targets(out: str) -> tuple[Path, Path]:
    """The model file, and the file of weights beside it."""
    text = Path(out)
    weights = text.with_suffix(".safetensors") if text.name else text
    if weights == text:
        raise click.UsageError(f"'{out}' cannot be the model file: name one such as model.txt, weights go beside it.")
    return text, weights


def _write_weights(path: Path, imported: Imported, notes: Notes, origin: str) -> None:
    from cnndsl.training.weights import save_weights

    about = {
        "model": imported.text,
        "network": imported.text,
        "variables": {},
        "input": imported.graph.input_shape,
        "origin": origin,
        **attrs.asdict(notes),
    }
    save_weights(path, imported.params, imported.state, about)

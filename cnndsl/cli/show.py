"""``cnndsl show FILE``: the architecture, as a table, JSON, a flowchart or a drawing."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import evolve, frozen

from cnndsl.cli import output
from cnndsl.cli.settings import changes_option, read_changes
from cnndsl.data import BUILT_IN, SHAPE_OF, SHAPES
from cnndsl.errors import Diagnostic, OutputError, printable

if TYPE_CHECKING:
    from cnndsl.compiler import Experiment
    from cnndsl.language import Graph, Source
    from cnndsl.language.graph import Shape
    from cnndsl.report.training_memory import TrainingMemory
    from cnndsl.settings import Override

_ABOUT_LAYERS = "PNASG"  # first letters of what ends a graph: all but settings, data and claims
_SHAPE = re.compile(r"[1-9][0-9]{0,5}(x[1-9][0-9]{0,5}){2}")


class ImageShape(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.5 on
    """``3x32x32``: channels, height, width."""

    name = "shape"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """The numbers."""
        if isinstance(value, tuple):
            return value
        if not _SHAPE.fullmatch(str(value)):
            self.fail(f"'{value}' is not channels x height x width, such as 3x32x32", param, ctx)
        return tuple(map(int, str(value).split("x")))


@frozen
class _Network:
    """A file on one kind of images: its graph up to the first error in it, and what was found. ``data`` may be empty.

    ``complete`` is false where the graph ends too early; a network may be complete and wrong, as when a claim of the
    file does not hold.
    """

    data: str
    graph: Graph
    found: tuple[Diagnostic, ...]
    complete: bool
    right: bool
    experiment: Experiment

    @property
    def is_trainable(self) -> bool:
        """Whether there is a loss of what it gives."""
        return self.right and len(self.graph.nodes[-1].out_shape) == 1


@click.command()
@click.argument("file", type=click.Path(readable=False, allow_dash=True))
@click.option("--input", "shape", type=ImageShape(), metavar="CxHxW", help="The images' shape, such as 3x32x32.")
@click.option("--data", type=click.Choice(BUILT_IN), help="The same, as a built-in data set has it.")
@changes_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON; docs/formats.md says what is in it.")
@click.option("--mermaid", "as_mermaid", is_flag=True, help="Print a flowchart for Mermaid.")
@click.option("--svg", "svg_file", metavar="PATH", help="Write a drawing; `-` prints it.")
def show(
    file: str,
    shape: tuple[int, ...] | None,
    data: str | None,
    changes: tuple[str, ...],
    svg_file: str | None,
    *,
    as_json: bool,
    as_mermaid: bool,
) -> int:
    """Show a network: each layer with its path, shapes, parameters, multiply-adds, memory and receptive field.

    A file without an `input` line is shown for each built-in data set that it is right for; a flowchart or a drawing
    is made for the first. Of a file with errors the table ends before the first, and its diagnostics follow. Memory is
    that of a layer's output for one image, in single precision; below the table stands what training takes.
    """
    if as_json + as_mermaid + (svg_file is not None) > 1:
        raise click.UsageError("Choose one of --json, --mermaid and --svg.")
    if shape and data:
        raise click.UsageError("Choose one of --input and --data.")
    from cnndsl.cli.colour import brush
    from cnndsl.diagnostics.renderers.text import render
    from cnndsl.language.source import read_source

    networks = _networks(read_source(file), shape, data, read_changes(changes))
    if as_json:
        _print_json(networks)
    elif as_mermaid or svg_file is not None:
        _draw(networks, svg_file)
    else:
        _print_tables(networks)
    if networks[0].right:
        return 0
    for diagnostic in networks[0].found:
        output.message(render(diagnostic, brush(sys.stderr)))
    return 1


def _networks(source: Source, shape: Shape | None, data: str | None, overrides: tuple[Override, ...]) -> list[_Network]:
    """What a file is on the images asked for: all that is right, or else what got furthest."""
    from cnndsl.compiler import read_experiment

    experiment = read_experiment(source, overrides)
    if data:
        wanted: dict[str, Shape | None] = {data: SHAPE_OF[data]}
    elif shape or experiment.graph.input_shape:
        wanted = {"": shape}
    elif experiment.data_shape:
        wanted = {experiment.settings.data.name: experiment.data_shape}
    else:
        wanted = dict(SHAPES)
    networks = [_network(experiment, name, given, overrides) for name, given in wanted.items()]
    right = [network for network in networks if network.right]
    return right or [max(networks, key=lambda network: len(network.graph.nodes))]


def _network(experiment: Experiment, data: str, shape: Shape | None, overrides: tuple[Override, ...]) -> _Network:
    from cnndsl.compiler import check, has_errors

    graph, found = check(experiment.graph.source, shape, overrides)
    shaped = evolve(graph, nodes=tuple(node for node in graph.nodes if node.in_shapes))
    ended = any(each.severity == "error" and each.code[0] in _ABOUT_LAYERS for each in found)
    right = not has_errors(found)
    return _Network(data, shaped, found, complete=not ended, right=right, experiment=experiment)


def _training(network: _Network) -> TrainingMemory | None:
    """What training the network as its file says would take, if there is a machine for it."""
    if not network.is_trainable:
        return None
    from cnndsl.report.training_memory import TrainingMemory
    from cnndsl.training import memory_of, program_of, protocol

    settings = protocol(network.experiment.settings, (1, 1, 1), seed=0)
    try:
        plan, recomputed = (
            memory_of(program_of(network.graph, chosen), chosen) for chosen in (settings, evolve(settings, remat=True))
        )
    except MemoryError:  # even as numbers that nobody touches: what is said of such sizes helps nobody
        return None
    return TrainingMemory(plan, recomputed, settings.optimizer)


def _print_json(networks: list[_Network]) -> None:
    import json

    from cnndsl.language.fingerprint import canonical_hash
    from cnndsl.report.architecture import describe
    from cnndsl.report.architecture_json import Shown, document

    shown = [
        Shown(
            describe(network.graph),
            network.data,
            canonical_hash(network.graph) if network.complete else None,
            network.complete,
            _training(network),
        )
        for network in networks
    ]
    output.result(json.dumps(document(networks[0].graph.source.name, shown), indent=2))


def _print_tables(networks: list[_Network]) -> None:
    from cnndsl.report.architecture import describe
    from cnndsl.report.architecture_table import table

    # A pipe has no width, and whoever reads from it has a use for whole names.
    terminal = sys.stdout is not None and sys.stdout.isatty()
    width = shutil.get_terminal_size((100, 24)).columns if terminal else None
    parts: list[str] = []
    for network in networks:
        if network.graph.nodes:
            parts.append(table(describe(network.graph), width=width, data=network.data, complete=network.complete))
        training = _training(network)
        if training:
            parts.append(str(training))
    if parts:
        output.result("\n\n".join(parts))


def _draw(networks: list[_Network], svg_file: str | None) -> None:
    network, *others = networks
    if not network.complete:
        return
    if others:
        names = ", ".join(other.data for other in others)
        output.message(f"{printable(network.graph.source.name)}: as on {network.data}; --data has it on {names}")
    if svg_file is None:
        from cnndsl.report.architecture import describe
        from cnndsl.report.drawing_mermaid import mermaid

        output.result(mermaid(describe(network.graph)))
        return
    from cnndsl.report.drawing import draw

    drawing = draw(network.graph) + "\n"
    if svg_file == "-":
        output.verbatim(drawing)
    else:
        _write(svg_file, drawing)
        output.result(f"{printable(svg_file)}: {len(network.graph.nodes)} layers drawn")


def _write(path: str, drawing: str) -> None:
    """Write a drawing, over an older one if there is one, and over nothing else."""
    target = Path(path)
    try:
        if not target.is_file():
            target.write_text(drawing, encoding="utf-8", newline="\n")
            return
        with target.open("rb") as file:
            is_drawing = file.read(4) == b"<svg"
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or type(error).__name__}") from None
    if not is_drawing:
        raise OutputError(f"{path} is there, and is no drawing of this command", hint="give another path")
    from cnndsl.cli.replace import replace_text

    replace_text(path, drawing)

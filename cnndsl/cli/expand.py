"""``cnndsl expand FILE``: a model file without anything to look up elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from attrs import evolve

from cnndsl.cli import output
from cnndsl.cli.show import ImageShape
from cnndsl.errors import Diagnostic, ModelError, printable

if TYPE_CHECKING:
    from cnndsl.language import Graph, Source
    from cnndsl.language.graph import Shape


@click.command()
@click.argument("file", type=click.Path(readable=False, allow_dash=True))
@click.option("--input", "shape", type=ImageShape(), metavar="CxHxW", help="The images' shape; it is written as well.")
@click.option("--set", "changes", multiple=True, metavar="NAME=VALUE", help="Another value for a variable of the file.")
def expand(file: str, shape: Shape | None, changes: tuple[str, ...]) -> int:
    """Print FILE written out: a line a layer, with every block, repeat, include and variable resolved.

    Behind each layer stands where it is from: its path, its line, and the calls that lead there. Sections are kept, but
    for a sweep over variables, since none are left. What is printed is the same network with the same names of
    parameters.
    """
    from cnndsl.language.format import format_source
    from cnndsl.language.render import render
    from cnndsl.language.source import read_source
    from cnndsl.settings.spelling import canonical_word

    source = read_source(file)
    graph = _without_variable_sweeps(_whole_graph(source, changes, shape))
    flat = evolve(source, text=render(graph, provenance=True))
    output.verbatim(format_source(flat, canonical_word).text)
    return 0


def _whole_graph(source: Source, changes: tuple[str, ...], shape: Shape | None) -> Graph:
    from cnndsl.cli.settings import read_changes, refuse_errors
    from cnndsl.compiler import read_experiment

    overrides = read_changes(changes)
    experiment = read_experiment(source, overrides, input_shape=shape)
    refuse_errors(experiment)
    graph = experiment.graph
    others = [override.name for override in overrides if override.name not in {let.name for let in graph.lets}]
    if others:
        raise click.UsageError(f"--set {others[0]}: only variables can be given other values here.")
    if graph.needs_shape:
        message = "what `shortcut=auto` stands for depends on the images, and nothing says what they are"
        hint = "add a line such as `input 3x32x32`, or give --input 3x32x32"
        excerpt = ((graph.needs_shape.line, graph.line(graph.needs_shape), ""),)
        raise ModelError([Diagnostic("S200", "error", message, graph.needs_shape, (hint,), excerpt=excerpt)])
    return evolve(graph, input_shape=shape) if shape else graph


def _without_variable_sweeps(graph: Graph) -> Graph:
    """The graph without what sweeps over variables, which have their values now; what is left out is said."""
    names = {let.name for let in graph.lets}
    sweeps = [section for section in graph.sections if section.name == "sweep"]
    left_out = [entry for sweep in sweeps for entry in sweep.entries if _name(entry) in names]
    for entry in left_out:
        message = f"the sweep over `{_name(entry)}` is left out: it is no variable any more"
        output.message(f"{printable(graph.source.name)}: {message}")
    kept = tuple(
        evolve(section, entries=tuple(entry for entry in section.entries if entry not in left_out))
        for section in graph.sections
    )
    return evolve(graph, sections=tuple(section for section in kept if section.entries))


def _name(entry: object) -> str | None:
    from cnndsl.language.syntax import Setting

    return entry.argument.name if isinstance(entry, Setting) else None

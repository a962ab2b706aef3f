"""``cnndsl check FILE...``: whether this is a network, and what it comes to."""

from __future__ import annotations

from collections.abc import Iterator

import click

from cnndsl.cli import output
from cnndsl.errors import CnndslError, Diagnostic, Span, printable


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
def check(files: tuple[str, ...]) -> int:
    """Check model files: every error in one run, or a line that says what the network is.

    A file without an `input` line is checked for each built-in data set; it is right if it is right for one. `-` is
    standard input.
    """
    return max(_check_file(file) for file in files)


def _check_file(file: str) -> int:
    from cnndsl.compiler import check as check_source
    from cnndsl.compiler import has_errors
    from cnndsl.compiler.measure import measure
    from cnndsl.language import read_graph
    from cnndsl.language.source import read_source
    from cnndsl.layers._fields import spell

    try:
        source = read_source(file)
    except CnndslError as error:
        output.message(str(error))
        return error.exit_code
    graph, found = read_graph(source)
    says_enough = graph.input_shape or has_errors(found)
    results = [
        (name, *check_source(source, shape)) for name, shape in ([("", None)] if says_enough else _built_in_shapes())
    ]
    legal = [result for result in results if not has_errors(result[2])]
    # An error for one data set is only worth telling where no other makes sense of the file.
    told = legal or results
    _tell([diagnostic for *_, diagnostics in told for diagnostic in diagnostics])
    for name, shaped, _ in legal:
        place = f"on {name} {spell(shaped.input_shape)}" if name else spell(shaped.input_shape)
        output.result(f"{printable(source.name)}: ok {place}: {measure(shaped)}")
    return 0 if legal else 1


def _built_in_shapes() -> Iterator[tuple[str, tuple[int, ...]]]:
    from cnndsl.data import SHAPES

    yield from SHAPES.items()


def _tell(diagnostics: list[Diagnostic]) -> None:
    """Each finding once, though it may hold for several data sets with other numbers."""
    seen: set[tuple[str, Span]] = set()
    for diagnostic in diagnostics:
        if (diagnostic.code, diagnostic.span) not in seen:
            seen.add((diagnostic.code, diagnostic.span))
            output.message(str(diagnostic))

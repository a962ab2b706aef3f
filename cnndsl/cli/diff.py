"""``cnndsl diff OLD NEW``: what differs between two networks, not between two texts."""

from __future__ import annotations

import click

from cnndsl.cli import output
from cnndsl.cli.show import ImageShape
from cnndsl.errors import ModelError

_WRONG = 2  # as with diff(1), where 1 is a difference


@click.command()
@click.argument("old", type=click.Path(readable=False, allow_dash=True))
@click.argument("new", type=click.Path(readable=False, allow_dash=True))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown"]),
    default="text",
    show_default=True,
    help="Markdown suits a comment on a pull request.",
)
@click.option("--input", "shape", type=ImageShape(), metavar="CxHxW", help="The images' shape, such as 3x32x32.")
def diff(old: str, new: str, *, form: str, shape: tuple[int, int, int] | None) -> int:
    """Compare two model files: layers, shapes, figures and settings, whatever their spelling.

    Blocks, repeats, includes and variables are resolved first. Where neither file says what the images are, they are
    those of the first built-in data set that both files are right for. One of the files may be `-`, standard input:
    `git show HEAD:model.txt | cnndsl diff - model.txt`.

    Exit codes, as with diff(1): 0 one network, trained in one way; 1 a difference; 2 a file with errors; 3 a file that
    cannot be read.
    """
    from cnndsl.compiler.compare import check_both, compare
    from cnndsl.data import SHAPES
    from cnndsl.language.source import read_source
    from cnndsl.report.difference import as_markdown, as_text

    if (old, new) == ("-", "-"):
        raise click.UsageError("Standard input can be one of the files, not both.")
    try:
        before, after, images = check_both(read_source(old), read_source(new), shape, SHAPES)
    except ModelError as error:
        output.message(str(error))
        return _WRONG
    comparison = compare(before, after)
    render = as_text if form == "text" else as_markdown
    output.result(render(comparison, before.graph.source.name, after.graph.source.name, images))
    return int(not comparison.same)

"""``cnndsl fmt FILE...``: model files in their canonical form."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import frozen

from cnndsl.cli import output
from cnndsl.errors import CnndslError, printable

if TYPE_CHECKING:
    from cnndsl.language.source import Source


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(readable=False, allow_dash=True))
@click.option("--check", is_flag=True, help="Write nothing; name the files that would change, and say why (L801).")
@click.option("--diff", is_flag=True, help="Write nothing; print what would change.")
@click.option("--annotate", is_flag=True, help="Write the shape behind each layer, or refresh it: `# -> 6x14x14`.")
@click.option("--fix", is_flag=True, help="Write what is left out and surely meant: `Flatten` above an FC (S208).")
def fmt(files: tuple[str, ...], **wishes: bool) -> int:
    """Write model files in their canonical form.

    Layer names as `cnndsl layers` has them, two spaces a level, one space between values, one statement a line,
    comments where they were and in columns, at most one blank line in a row, UTF-8 without a mark, LF (also where there
    was CRLF). What has its braces on one line keeps them there while it has room, and so do settings joined with `;`.

    Nothing but the spelling changes: the result is read again and compared before it is written. A file with syntax
    errors stays as it is. `-` reads standard input and writes standard output; of a folder, each model below it.

    Exit codes: 0 done, 1 errors in a file, or with --check a file that would change.
    """
    from cnndsl.cli.models import model_files

    return max(_format(file, _Wishes(**wishes)) for file in model_files(files))


@frozen
class _Wishes:
    check: bool
    diff: bool
    annotate: bool
    fix: bool


def _format(file: str, wishes: _Wishes) -> int:
    from cnndsl.language.source import read_source

    try:
        source = read_source(file)
        text = _written(source, wishes).text
        if wishes.check:
            _tell_style(source)
        return _deliver(file, source, text, wishes)
    except CnndslError as error:
        output.message(str(error))
        return error.exit_code


def _written(source: Source, wishes: _Wishes) -> Source:
    from cnndsl.language.format import format_source
    from cnndsl.settings.spelling import canonical_word

    source = format_source(source, canonical_word)
    if not (wishes.fix or wishes.annotate):
        return source
    from cnndsl.compiler.markup import with_flattens, with_shape_comments
    from cnndsl.data import SHAPES

    source = with_flattens(source, SHAPES) if wishes.fix else source
    return with_shape_comments(source, SHAPES) if wishes.annotate else source


def _tell_style(source: Source) -> None:
    """Say which words are not canonical, and what is defined for nothing (L801)."""
    from cnndsl.language.format.style import style_findings
    from cnndsl.settings.spelling import canonical_word

    for finding in style_findings(source, canonical_word):
        output.message(str(finding))


def _deliver(file: str, source: Source, text: str, wishes: _Wishes) -> int:
    # Not the source's text, which has lost its byte order mark.
    before = source.text if file == "-" else Path(file).read_bytes().decode()
    if wishes.check or wishes.diff:
        return _show(source.name, before, text, wishes)
    if file == "-":
        output.verbatim(text)
    elif before != text:
        from cnndsl.cli.replace import replace_text

        replace_text(file, text)
        output.result(f"{printable(file)}: formatted")
    return 0


def _show(name: str, before: str, after: str, wishes: _Wishes) -> int:
    if before == after:
        return 0
    if wishes.diff:
        output.verbatim(_difference(name, before, after))
    if wishes.check:
        output.result(f"{printable(name)}: would be formatted")
    return int(wishes.check)


def _difference(name: str, before: str, after: str) -> str:
    """What turns one text into the other, as ``patch`` takes it."""
    from difflib import unified_diff

    lines = unified_diff(_lines(before), _lines(after), name, name)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(text: str) -> list[str]:
    return [line for line in re.split(r"(?<=\n)", text) if line]

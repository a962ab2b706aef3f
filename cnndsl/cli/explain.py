"""``cnndsl explain WHAT...``: the page of a diagnostic, or the arithmetic of a line of a model file."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cnndsl.cli import output

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_CODE = re.compile(r"[A-Za-z][0-9]+")
_LINE = re.compile(r"(.+):([0-9]{1,6})")


class What(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.5 on
    """A code, a file, or a line of one."""

    name = "what"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002 - click's signature
        """The codes that begin so, and files."""
        from click.shell_completion import CompletionItem

        from cnndsl.diagnostics.catalogue import ENTRIES

        codes = [entry for entry in ENTRIES if entry.code.startswith(incomplete.upper())]
        file = CompletionItem(incomplete, type="file")
        return [*(CompletionItem(entry.code, help=entry.title) for entry in codes), file]


@click.command()
@click.argument("what", nargs=-1, metavar="[WHAT]...", type=What())
def explain(what: tuple[str, ...]) -> int:
    """Explain a diagnostic, or a line of a model file; without either, list every diagnostic.

    `cnndsl explain S201` prints what the code means, an example, what to do and why it matters.

    `cnndsl explain model.txt:5` prints the arithmetic of line 5: its shapes with the formula filled in, parameters,
    multiply-adds and receptive field; `cnndsl explain model.txt` that of every line. Without an `input` line the file
    is read for the first built-in data set that it is right for.
    """
    output.result("\n\n".join(_explain(each) for each in what) if what else _list())
    return 0


def _explain(what: str) -> str:
    return _page(what) if _CODE.fullmatch(what) and not Path(what).is_file() else _lines(what)


def _list() -> str:
    from cnndsl.diagnostics.document import as_text
    from cnndsl.diagnostics.page import index

    return as_text(index(linked=False))


def _page(code: str) -> str:
    from cnndsl.data import SHAPES
    from cnndsl.diagnostics.catalogue import closest_codes, find_entry
    from cnndsl.diagnostics.document import as_text
    from cnndsl.diagnostics.page import page

    entry = find_entry(code)
    if entry is None:
        near = closest_codes(code)
        hint = f"Did you mean {' or '.join(near)}?" if near else "`cnndsl explain` lists all."
        raise click.UsageError(f"No diagnostic is called '{code}'. {hint}")
    return as_text(page(entry, SHAPES))


def _lines(what: str) -> str:
    from cnndsl.cli.colour import brush
    from cnndsl.data import SHAPES
    from cnndsl.diagnostics.line import explain_file, explain_line
    from cnndsl.language.source import read_source

    named = _LINE.fullmatch(what)
    if named is None:
        return explain_file(read_source(what), SHAPES, brush(sys.stdout))
    return explain_line(read_source(named[1]), int(named[2]), SHAPES, brush(sys.stdout))

"""``cnndsl check FILE...``: whether this is a network, and what it comes to."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import click

from cnndsl.cli import output
from cnndsl.diagnostics.renderers import MACHINE_FORMATS, machine_format, network_line, size_lines
from cnndsl.errors import CnndslError

if TYPE_CHECKING:
    from cnndsl.diagnostics.report import FileReport

Tell = Callable[[str], None]


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(readable=False))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", *MACHINE_FORMATS]),
    default="text",
    show_default=True,
    help="For whom.",
)
@click.option("--fix", is_flag=True, help="Make the first repair that is offered, and check again, while there is one.")
@click.option("--sizes", is_flag=True, help="Say which square inputs a file takes, also where it states its input.")
@click.option("--strict", is_flag=True, help="Warnings are errors, and so is an implied Flatten (S208).")
def check(files: tuple[str, ...], *, form: str, fix: bool, **wishes: bool) -> int:
    """Check model files: every error in one run, or a line that says what the network is.

    A file without an `input` line is checked for each built-in data set; it is right if it is right for one, and it is
    said which square inputs it takes. `-` is standard input. Of a folder, each .txt file below it is checked that has a
    layer line (or `input`, `data`, `train`) outside of blocks; hidden folders are left out.

    With --fix, nothing changes in a file but what the repairs change, and what is reported is what is left; of `-`, the
    mended text is what is printed on standard output.

    The formats other than text print one document on standard output: JSON, SARIF 2.1.0 for code scanning, JUnit XML
    for test dashboards, workflow commands for GitHub.
    """
    if fix:
        from cnndsl.cli.mend import refuse_two_documents

        refuse_two_documents(files, form)
    # Where standard output is to hold a document or a mended text, it holds nothing else.
    tell = output.message if form != "text" or (fix and "-" in files) else output.result
    reports = _reports(files, tell if fix else None, **wishes)
    if form == "text":
        return _tell_all(reports, tell)
    done = tuple(reports)
    document = machine_format(form)(done)
    if document:
        output.result(document)
    return max(report.exit_code for report in done)


def _reports(files: tuple[str, ...], tell_fixes: Tell | None, **wishes: bool) -> Iterator[FileReport]:
    """The report on each file, mended before if it is to be told what was changed."""
    from cnndsl.cli.models import model_files
    from cnndsl.data import SHAPES
    from cnndsl.diagnostics.report import examine, unreadable
    from cnndsl.language.source import read_source

    for file in model_files(files):
        try:
            source = read_source(file)
            if tell_fixes:
                from cnndsl.cli.mend import mended

                source = mended(file, source, tell_fixes)
            yield examine(source, SHAPES, **wishes)
        except CnndslError as error:
            yield unreadable(file, error)


def _tell_all(reports: Iterable[FileReport], tell: Tell) -> int:
    """Each report as soon as it is there; on a terminal, where to read more at the end."""
    worst, codes = 0, dict[str, None]()
    for report in reports:
        _tell(report, tell)
        worst = max(worst, report.exit_code)
        codes.update((finding.code, None) for finding in report.findings)
    if codes and sys.stderr is not None and sys.stderr.isatty():
        output.message(f"more: cnndsl explain {' '.join(codes)}")
    return worst


def _tell(report: FileReport, tell: Tell) -> None:
    from cnndsl.cli.colour import brush
    from cnndsl.diagnostics.renderers.text import render

    if report.failure:
        output.message(str(report.failure))
    for diagnostic in report.diagnostics:
        output.message(render(diagnostic, brush(sys.stderr)))
    for network in report.networks:
        tell(network_line(report, network))
    for line in size_lines(report):
        tell(line)

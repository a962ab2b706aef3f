"""``cnndsl check --fix``: files mended in place, standard input on standard output."""

from __future__ import annotations

from codecs import BOM_UTF8
from pathlib import Path
from typing import TYPE_CHECKING

from cnndsl.cli import output
from cnndsl.errors import SettingsError, printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnndsl.language import Source


def mended(file: str, source: Source, tell: Callable[[str], None]) -> Source:
    """The source after its repairs, which the file holds then as well; ``tell`` is told what was changed.

    Raises
    ------
    OutputError
        The file cannot be written to; it is as it was.
    """
    from cnndsl.data import SHAPES
    from cnndsl.diagnostics.mend import mend

    result, changes = mend(source, SHAPES)
    if file == "-":
        output.verbatim(result.text)
    elif changes:
        from cnndsl.cli.replace import replace_text

        mark = "\ufeff" if Path(file).read_bytes().startswith(BOM_UTF8) else ""
        replace_text(file, mark + result.text)
    for change in changes:
        tell(printable(str(change)))
    return result


def refuse_two_documents(files: tuple[str, ...], form: str) -> None:
    """:class:`SettingsError` where the mended text and a document would both go to standard output."""
    if "-" in files and form != "text":
        hint = "leave out --format, or name a file"
        raise SettingsError(f"--fix prints the mended text of `-`, and --format {form} a document", hint=hint)

"""The page of a code: what it means, what is printed for a file that has it, what to do and why it matters."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cnndsl.diagnostics.catalogue import ENTRIES, FAMILIES
from cnndsl.diagnostics.document import Block, Code, Heading, Paragraph, Table
from cnndsl.diagnostics.entry import Entry, Example
from cnndsl.diagnostics.report import examine
from cnndsl.language import Source
from cnndsl.language.graph import Shape

_CHECK = "check model.txt"


def planned() -> frozenset[str]:
    """The codes that have a page and are not reported yet."""
    return frozenset(Path(__file__).with_name("planned.txt").read_text(encoding="utf-8").split())


def page(entry: Entry, data_sets: Mapping[str, Shape]) -> tuple[Block, ...]:
    """The page of an entry; what the example prints is worked out here and now."""
    later = [Paragraph("This version does not report it yet.")] if entry.code in planned() else []
    return (
        Heading(f"{entry.code} ({entry.severity}): {entry.title}", 1),
        Paragraph(entry.meaning),
        *later,
        *_examples(entry, data_sets),
        Heading("What to do"),
        Paragraph(entry.remedy),
        Heading("Why it matters"),
        Paragraph(entry.why),
    )


def index(*, linked: bool) -> tuple[Block, ...]:
    """Every code with its title, by family; ``linked`` to the pages beside it."""
    blocks: list[Block] = [
        Heading("Diagnostics", 1),
        Paragraph("What `cnndsl` may say of a model file, a setting or the data. `cnndsl explain S201` prints a page."),
    ]
    for letter, family in FAMILIES.items():
        rows = [_row(entry, linked=linked) for entry in ENTRIES if entry.code[0] == letter]
        blocks += [Heading(family), Table(("code", "severity", "title"), tuple(rows))]
    return tuple(blocks)


def _row(entry: Entry, *, linked: bool) -> tuple[str, str, str]:
    code = f"[{entry.code}]({entry.code}.md)" if linked else entry.code
    later = " (not reported yet)" if entry.code in planned() else ""
    return code, entry.severity, f"{entry.title}{later}"


def _examples(entry: Entry, data_sets: Mapping[str, Shape]) -> list[Block]:
    wrong, right = entry.wrong, entry.right
    if wrong is None or right is None:
        return []
    printed = "" if entry.code in planned() else _printed(wrong, data_sets)
    corrected = _shown(right)[1:] if right.text == wrong.text else _shown(right)
    return [Heading("An example"), *_shown(wrong, printed), Heading("Corrected"), *corrected]


def _shown(example: Example, printed: str = "") -> list[Block]:
    """The model file, the files beside it, the command where there is something to see of it."""
    blocks: list[Block] = [Code(example.text)]
    if example.files:
        sizes = ", ".join(f"`{path}` ({len(text)} bytes)" for path, text in example.files)
        blocks.append(Paragraph(f"Beside it: {sizes}."))
    if printed or example.command != _CHECK:
        prefix = "" if example.command.startswith("python") else "cnndsl "
        blocks.append(Code(f"$ {prefix}{example.command}\n{printed}"))
    return blocks


def _printed(example: Example, data_sets: Mapping[str, Shape]) -> str:
    """What a check says about the example; nothing for other commands, which take longer."""
    if example.command != _CHECK:
        return ""
    return "\n".join(map(str, examine(Source("model.txt", example.text), data_sets).diagnostics))

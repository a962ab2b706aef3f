"""The page: tables in the terminal, the same as Markdown with the plots beside it, all from one file of results."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table as RichTable

from benchmarks.headline import headline
from benchmarks.section import Figures, Plot, Section, Table
from benchmarks.svg import render

RESULTS = Path("benchmarks") / "results.json"
_BEGIN, _END = "<!-- benchmarks in short -->", "<!-- end -->"
_HEAD = """# How fast it is

`make bench` measures this page anew, figures and plots; `python -m benchmarks --help` says how to measure parts of it.
Rivals take turns in the same run, each rested before its turn. Figures are medians over the rounds, and a ratio is the
median of the ratios of each round, their time by ours: above 1 cnndsl is faster. PyTorch is in the fastest of its
configurations (NCHW or channels_last, one thread or all), JAX is compiled by XLA, with channels last.
"""


def read(path: Path) -> dict[str, Any]:
    """Earlier results; nothing where there are none."""
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def to_add_to(earlier: dict[str, Any], about: Mapping[str, str]) -> dict[str, Any]:
    """The earlier results if they are of this machine and these libraries, else none: a page is of one machine."""
    fresh: dict[str, Any] = {"about": dict(about), "days": {}}
    return earlier if earlier.get("about") == fresh["about"] else fresh


def keep(path: Path, results: Mapping[str, Any]) -> None:
    """Write the results so far: whatever ends a run, what was measured can be added to."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dumps(results), encoding="utf-8")


def add(path: Path, results: dict[str, Any], section: Section, case: str, figures: Figures, day: str) -> None:
    """Add what a case came to, here and on the disk."""
    results.setdefault(section.name, {})[case] = figures
    results["days"][section.name] = day
    keep(path, results)


def write(folder: Path, results: Mapping[str, Any], sections: Sequence[Section]) -> tuple[Path, ...]:
    """``benchmarks.md``, and ``benchmarks/`` with the results and the plots. Returns what was written."""
    keep(folder / RESULTS, results)
    files = {folder / "benchmarks.md": markdown(results, sections)}
    for shown in _shown(results, sections).values():
        files |= {folder / "benchmarks" / f"{item.name}.svg": render(item) for item in shown if isinstance(item, Plot)}
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
    return (*files, folder / RESULTS)


def dumps(results: Mapping[str, Any]) -> str:
    """JSON, a line a case: readable, and a difference shows what was measured again."""
    parts = []
    for name, cases in results.items():
        lines = ",\n".join(f"    {json.dumps(case)}: {json.dumps(value)}" for case, value in cases.items())
        parts.append(f"  {json.dumps(name)}: {{\n{lines}\n  }}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def markdown(results: Mapping[str, Any], sections: Sequence[Section]) -> str:
    """The page's text."""
    facts = [f"{name} {value}" if name != "processor" else value for name, value in results["about"].items()]
    parts = [_HEAD, "Measured on: " + ", ".join(facts) + "."]
    short = headline(results)
    parts += [_as_markdown(short)] if short else []
    for section in sections:
        shown = _shown(results, [section]).get(section.name)
        if shown:
            day = results.get("days", {}).get(section.name, "")
            parts += [f"## {section.title}", f"{section.about}{f' Measured {day}.' if day else ''}"]
            parts += [_as_markdown(item) for item in shown]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def with_headline(text: str, results: Mapping[str, Any]) -> str:
    """A text with the page in short between its two marks; as it was where there is nothing to say."""
    before, begin, rest = text.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    short = headline(results)
    return f"{before}{begin}\n{_as_markdown(short)}\n{end}{after}" if short and end else text


def display(console: Console, results: Mapping[str, Any], section: Section) -> None:
    """A section's tables in the terminal."""
    for item in _shown(results, [section]).get(section.name, ()):
        if isinstance(item, Table) and not item.folded:
            console.print(_as_rich(item, section.title))


def _shown(results: Mapping[str, Any], sections: Sequence[Section]) -> dict[str, Sequence[Table | Plot]]:
    return {section.name: section.show(results[section.name]) for section in sections if results.get(section.name)}


def _as_markdown(item: Table | Plot) -> str:
    if isinstance(item, Plot):
        return f"![{item.caption}](benchmarks/{item.name}.svg)"
    lines = [item.header, ("---", *("---:" for _ in item.header[1:])), *item.rows]
    text = "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
    if item.folded:
        return f"<details><summary>{item.title}</summary>\n\n{text}\n\n</details>"
    return "\n\n".join(part for part in (f"**{item.title}**" if item.title else "", text, item.note) if part)


def _as_rich(item: Table, title: str) -> RichTable:
    table = RichTable(title=item.title or title, caption=item.note or None)
    for number, name in enumerate(item.header):
        table.add_column(name, justify="left" if number == 0 else "right")
    for row in item.rows:
        table.add_row(*row)
    return table

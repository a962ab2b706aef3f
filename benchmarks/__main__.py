"""``python -m benchmarks``: measures section by section, prints tables, writes ``docs/benchmarks.md`` and its plots."""

from __future__ import annotations

import argparse
import importlib.util
import sys
import tempfile
from collections.abc import Callable, Collection, Sequence
from math import inf
from pathlib import Path

from rich.console import Console

from benchmarks import epochs, growth, inference, job, machine, memory, page, roofline, startup, steps
from benchmarks.nets import NETS, ROOT
from benchmarks.section import Options, Section
from benchmarks.timing import Pace

#: In the order of the page.
SECTIONS: tuple[Section, ...] = tuple(
    module.SECTION for module in (steps, inference, epochs, job, memory, startup, growth, roofline)
)
_WIDTH = 120  # of tables that no terminal bounds
_DOCS, _README = ROOT / "docs", ROOT / "README.md"
_NAMES = tuple(section.name for section in SECTIONS)
_QUICK = ("step", "inference")  # what fits into a minute
_RIVALS = {"torch": "pip install torch==2.13.0", "jax": "pip install jax"}


def main(arguments: Sequence[str] | None = None) -> None:
    given = _arguments(arguments)
    machine.without_choices_of_blas()
    console = Console() if sys.stdout.isatty() else Console(width=_WIDTH)
    options = _options(given, console)
    path = given.out / page.RESULTS
    results = page.read(path)
    if given.only or not results:
        results = page.to_add_to(results, machine.about())
    for section in SECTIONS:
        if section.name in given.only:
            for case, measure in section.cases(options):
                if given.match in case:
                    console.print(f"[dim]{section.name}: {case}[/dim]")
                    page.add(path, results, section, case, measure(), machine.today())
            page.display(console, results, section)
    for file in page.write(given.out, results, SECTIONS):
        console.print(f"written: {file}")
    if given.out == _DOCS:
        text = _README.read_text(encoding="utf-8")
        _README.write_text(page.with_headline(text, results), encoding="utf-8")


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a minute: fewer sections, batches and rounds, no JAX")
    parser.add_argument("--only", type=_list_of(_NAMES), help=f"of {','.join(_NAMES)}; none writes the page anew")
    parser.add_argument("--nets", type=_list_of(NETS), default=tuple(NETS), help=f"of {','.join(NETS)}")
    parser.add_argument("--match", default="", help="only cases with this in their name, such as `batch 32`")
    parser.add_argument("--rivals", type=_list_of(_RIVALS), help="whom to compare with: torch,jax; none for nobody")
    parser.add_argument("--rounds", type=_above_zero(int), help="turns of each rival")
    parser.add_argument("--seconds", type=_above_zero(float), help="that a turn is timed for")
    parser.add_argument("--out", type=Path, help="folder of the page: docs, or a new one if --quick")
    given = parser.parse_args(arguments)
    if given.only is None:
        given.only = _QUICK if given.quick else _NAMES
    if given.out is None:
        given.out = Path(tempfile.mkdtemp(prefix="benchmarks-")) if given.quick else _DOCS
    return given


def _options(given: argparse.Namespace, console: Console) -> Options:
    asked = ("torch",) if given.quick else tuple(_RIVALS)
    there = []
    for name in asked if given.rivals is None else given.rivals:
        if importlib.util.find_spec(name):
            there.append(name)
        else:
            console.print(f"{name} is not installed here; to compare with it: {_RIVALS[name]}")
    pace = Pace(given.rounds or (3 if given.quick else 5), given.seconds or (0.1 if given.quick else 0.15))
    return Options(pace, tuple(NETS[name] for name in given.nets), "torch" in there, "jax" in there, given.quick)


def _above_zero(number: Callable[[str], float]) -> Callable[[str], float]:
    """How a number of rounds or seconds is read."""

    def parse(text: str) -> float:
        value = number(text)
        if not 0 < value < inf:
            raise argparse.ArgumentTypeError(f"{text} is not a number above 0")
        return value

    return parse


def _list_of(known: Collection[str]) -> Callable[[str], tuple[str, ...]]:
    """How an argument with such names, or ``none``, is read."""

    def parse(text: str) -> tuple[str, ...]:
        names = tuple(name for name in text.split(",") if name != "none")
        unknown = [name for name in names if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}; there are {', '.join(known)}")
        return names

    return parse


if __name__ == "__main__":
    main()

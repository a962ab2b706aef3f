"""How long it takes from the shell until something is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from benchmarks.comparison import figures, middle
from benchmarks.nets import SEED_FILE
from benchmarks.processes import run
from benchmarks.section import Case, Figures, Options, Plot, Results, Section, Table
from benchmarks.timing import alternate

_ROUNDS = 5
_CASE = "processes"
_IMPORT_TORCH = "import torch"
_COMPILE = f"import cnndsl; cnndsl.compile_model({str(SEED_FILE)!r}, (1, 28, 28)).init()"


def cases(options: Options) -> Iterator[Case]:
    """Processes from start to exit, in turns."""
    commands = {
        "python alone": ("-c", "pass"),
        "import numpy": ("-c", "import numpy"),
        "import cnndsl": ("-c", "import cnndsl"),
        "cnndsl check model.txt": ("-m", "cnndsl", "check", SEED_FILE),
        "compile model.txt, first weights": ("-c", _COMPILE),
    }
    commands |= {_IMPORT_TORCH: ("-c", _IMPORT_TORCH)} if options.torch else {}
    commands |= {"import jax": ("-c", "import jax")} if options.jax else {}
    calls = {name: partial(run, *command) for name, command in commands.items()}
    yield _CASE, partial(_in_turns, calls)


def _in_turns(calls: Mapping[str, Callable[[], object]]) -> Figures:
    for call in calls.values():
        call()  # files are read from the disk once
    return figures(alternate(calls, _ROUNDS))


def show(results: Results) -> Sequence[Table | Plot]:
    """Milliseconds, and shares of what PyTorch takes to be imported."""
    seconds = {name: middle(results[_CASE], name) or 0.0 for name in results[_CASE]["seconds"]}
    torch = seconds.get(_IMPORT_TORCH)
    header = ("from start to exit", "ms", *([f"of `{_IMPORT_TORCH}`"] if torch else []))
    rows = tuple(
        (name, f"{value * 1e3:,.0f}", *([f"{value / torch:.1%}"] if torch else [])) for name, value in seconds.items()
    )
    return (Table(header, rows),)


SECTION = Section("start", "Start-up", "Whole processes, with files in the disk cache.", cases, show)

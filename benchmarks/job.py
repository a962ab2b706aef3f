"""The whole main job, as a process from start to exit."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from functools import partial

from benchmarks.comparison import TORCH, figures, number, table
from benchmarks.nets import SEED_FILE
from benchmarks.ours import OURS
from benchmarks.processes import run
from benchmarks.section import Case, Figures, Options, Plot, Results, Section, Table
from benchmarks.timing import alternate

_ROUNDS = 3


def cases(options: Options) -> Iterator[Case]:
    """What ``make train`` does, and the same written in PyTorch."""
    yield "compile-and-train", partial(_one, options)


def _one(options: Options) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        jobs = {OURS: partial(run, "-m", "cnndsl", "compile-and-train", SEED_FILE, "--out", f"{folder}/ours")}
        if options.torch:
            jobs[TORCH] = partial(run, "-m", "benchmarks.job_in_torch", f"{folder}/torch")
        return figures(alternate(jobs, _ROUNDS))


def show(results: Results) -> Sequence[Table | Plot]:
    """Seconds and the ratio."""
    return (table("main job", results, lambda _, seconds: number(seconds), "s"),)


SECTION = Section(
    "job",
    "The main job",
    "`cnndsl compile-and-train inputdir/model.txt` from the shell: 5,000 images, ten epochs, scores after each, the "
    "best network kept, loaded and tested, plots drawn; the same written in PyTorch, without the plots.",
    cases,
    show,
)

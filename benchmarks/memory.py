"""Peak memory of a training process, libraries included."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from benchmarks.comparison import JAX, TORCH
from benchmarks.ours import OURS
from benchmarks.processes import run
from benchmarks.section import Case, Figures, Options, Plot, Results, Section, Table

_BATCH = 32


def cases(options: Options) -> Iterator[Case]:
    """Every network at batch 32, each side in processes of its own."""
    there = {OURS: True, TORCH: options.torch, JAX: options.jax}
    sides = [side for side, is_there in there.items() if is_there]
    for net in options.nets:
        yield net.name, partial(_peaks, net.name, sides)


def _peaks(net: str, sides: Sequence[str]) -> Figures:
    return {side: round(float(run("-m", "benchmarks.memory_job", side, net, str(_BATCH))), 1) for side in sides}


def show(results: Results) -> Sequence[Table | Plot]:
    """MiB, and how many times as much the others take."""
    sides = [side for side in (OURS, TORCH, JAX) if any(side in case for case in results.values())]
    rivals = sides[1:]
    rows = tuple(
        (
            net,
            *(f"{case[side]:,.0f}" if side in case else "" for side in sides),
            *(f"{case[side] / case[OURS]:.2f}" if side in case else "" for side in rivals),
        )
        for net, case in results.items()
    )
    header = ("peak memory", *(f"{side}, MiB" for side in sides), *(f"ratio to {side}" for side in rivals))
    return (Table(header, rows),)


SECTION = Section(
    "memory",
    "Peak memory",
    "Resident memory of a process that makes five training steps at batch 32, libraries included; a helper process is "
    "counted as well, with what both share. PyTorch has channels_last and all threads.",
    cases,
    show,
)

"""Timing that survives a noisy machine: candidates take turns, and ratios are taken round by round."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence

from attrs import frozen

# OpenMP's threads spin for up to 0.2 s after their last work: whoever comes next must not be timed against them.
_SETTLE = 0.3


@frozen
class Measured:
    """A command's wall seconds and the peak resident memory of its largest process, in MiB."""

    seconds: float
    peak_mib: float


def interleaved(steps: dict[str, Callable[[], object]], *, rounds: int, repeats: int) -> dict[str, list[float]]:
    """Milliseconds a call for each step, one figure a round; within a round the steps take turns."""
    for step in steps.values():
        _milliseconds(step, repeats)  # caches, clocks, lazy work
    times: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, step in steps.items():
            time.sleep(_SETTLE)
            _milliseconds(step, repeats)
            times[name].append(_milliseconds(step, repeats))
    return times


def _milliseconds(step: Callable[[], object], repeats: int) -> float:
    start = time.perf_counter()
    for _ in range(repeats):
        step()
    return (time.perf_counter() - start) / repeats * 1e3


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def median_ratio(theirs: Sequence[float], ours: Sequence[float]) -> float:
    """The median over the rounds of theirs / ours: above 1, ours is faster."""
    return statistics.median(their / our for their, our in zip(theirs, ours, strict=True))


def run_command(command: Sequence[str]) -> Measured:
    """Run a command to its end; its output is thrown away. Raises ``RuntimeError`` if it fails."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return Measured(seconds, usage.ru_maxrss / 1024)

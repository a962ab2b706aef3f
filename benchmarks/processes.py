"""Other programs as what is measured: their time from start to exit, and the memory that they came to hold."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.nets import ROOT


def run(*command: str | Path) -> str:
    """Run Python on ``command`` to its end, at the project's root; returns what it printed.

    Raises ``RuntimeError`` with what it said, if it fails.
    """
    # What is compiled is kept, as in an installation.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, *map(str, command)], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def peak_mib() -> float:
    """The most memory that this process and its children were resident in, each at its own time, in MiB.

    What they share counts for each. Of an earlier program in the same process, or of the parent, nothing counts.
    """
    return sum(map(_peak_kib, [os.getpid(), *_children()])) / 1024


def _children() -> Sequence[int]:
    tasks = Path("/proc/self/task").glob("*/children")
    return [int(pid) for task in tasks for pid in task.read_text(encoding="ascii").split()]


def _peak_kib(pid: int) -> int:
    # Not ru_maxrss: after a fork that one begins with what the parent held.
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))

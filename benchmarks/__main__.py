"""``python -m benchmarks``: one training step and the whole main job, beside PyTorch where it is installed."""

from __future__ import annotations

import argparse
import importlib.util
import json
import platform
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.timing import interleaved, median, median_ratio, run_command
from cnndsl import optim
from cnndsl.compiler import build, check
from cnndsl.compiler.threads import single_blas_thread
from cnndsl.language.source import read_source
from cnndsl.training import SHARDS, Carry, Settings, start, team, train_step

ROOT = Path(__file__).resolve().parents[1]
PEER = ROOT.parent / "shared" / "bench" / "torch_peer.py"
MODEL = ROOT / "inputdir" / "model.txt"


def main() -> None:
    options = _arguments()
    console = Console()
    torch = _has_torch(console)
    results: dict[str, Any] = {"machine": _machine(), "steps": {}, "job": {}}
    table = Table("work", "cnndsl", "PyTorch", "ratio", "PyTorch's fastest configuration")
    if options.job:  # before torch is imported here: a child's peak memory counts what its parent held at the fork
        row = _time_job(options.job, torch=torch)
        results["job"] = row
        table.add_row("main job", *_cells(row, "s"))
        table.add_row("main job, peak memory", *_cells(row, "MiB"))
    for batch in options.batch:
        row = _time_steps(batch, options.rounds, torch=torch)
        results["steps"][batch] = row
        table.add_row(f"training step, batch {batch}", *_cells(row, "ms"))
    console.print(table)
    console.print(
        "Medians; a ratio is the median over rounds in which both took turns, above 1 where cnndsl is better."
    )
    options.json.write_text(json.dumps(results, indent=2) + "\n")
    console.print(f"written: {options.json}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--batch", type=int, nargs="*", default=[32, 128], help="batch sizes of the step")
    parser.add_argument("--rounds", type=int, default=15, help="rounds of the step")
    parser.add_argument("--job", type=int, default=3, help="runs of the whole job; 0 leaves it out")
    parser.add_argument("--json", type=Path, default=ROOT / "benchmarks" / "results.json")
    return parser.parse_args()


def _has_torch(console: Console) -> bool:
    if importlib.util.find_spec("torch") is None:
        console.print("PyTorch is not installed here; to compare: .venv/bin/pip install torch==2.13.0")
        return False
    if not PEER.exists():
        console.print(
            f"the PyTorch step to compare with is not at {PEER.relative_to(ROOT.parent)}: only the job is compared"
        )
    return True


def _time_steps(batch: int, rounds: int, *, torch: bool) -> dict[str, Any]:
    """A step is forward, backward and plain gradient descent on new data."""
    with ExitStack() as stack:
        steps: dict[str, Callable[[], object]] = {"cnndsl": _our_step(batch, stack)}
        label = ""
        if torch and PEER.exists():
            label, steps["torch"] = _peer().best("seed", batch)
        times = interleaved(steps, rounds=rounds, repeats=60)
    row: dict[str, Any] = {"ms": {name: median(values) for name, values in times.items()}, "label": label}
    if "torch" in times:
        row["ratio"] = {"ms": median_ratio(times["torch"], times["cnndsl"])}
    return row


def _our_step(batch: int, stack: ExitStack) -> Callable[[], object]:
    graph, _ = check(read_source(MODEL), (1, 28, 28))
    program = build(graph, shards=SHARDS)
    # As the training loop has it. Entered before torch is imported, so that it concerns NumPy's library alone.
    stack.enter_context(single_blas_thread())
    model = stack.enter_context(team(program, Settings(batch=batch)))
    optimiser = optim.sgd(1e-3)
    rng = np.random.default_rng(0)
    x = rng.standard_normal((8 * batch, 1, 28, 28), dtype=np.float32)
    labels = rng.integers(0, 10, 8 * batch)
    carry = start(program, optimiser, 0)
    at = 0

    def step() -> Carry:
        nonlocal carry, at
        part = slice(at, at + batch)
        at = (at + batch) % len(x)
        carry, _ = train_step(model, optimiser, carry, x[part], labels[part], at)
        return carry

    return step


def _peer() -> Any:
    spec = importlib.util.spec_from_file_location("torch_peer", PEER)
    if spec is None or spec.loader is None:
        raise ImportError(f"{PEER} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _time_job(runs: int, *, torch: bool) -> dict[str, Any]:
    """The whole main job as a process of its own, from start to exit."""
    with tempfile.TemporaryDirectory() as folder:
        ours = [sys.executable, "-m", "cnndsl", "compile-and-train", str(MODEL), "--out", f"{folder}/ours"]
        commands = {"cnndsl": ours}
        if torch:
            commands["torch"] = [sys.executable, "-m", "benchmarks.torch_job", f"{folder}/torch"]
        measured = {name: [] for name in commands}  # type: dict[str, list[Any]]
        for _ in range(runs):
            for name, command in commands.items():
                measured[name].append(run_command(command))
    seconds = {name: [one.seconds for one in all_] for name, all_ in measured.items()}
    memory = {name: [one.peak_mib for one in all_] for name, all_ in measured.items()}
    row: dict[str, Any] = {
        "s": {name: median(values) for name, values in seconds.items()},
        "MiB": {name: median(values) for name, values in memory.items()},
        "label": "",
    }
    if torch:
        row["ratio"] = {
            "s": median_ratio(seconds["torch"], seconds["cnndsl"]),
            "MiB": median_ratio(memory["torch"], memory["cnndsl"]),
        }
    return row


def _cells(row: dict[str, Any], unit: str) -> tuple[str, str, str, str]:
    ours, theirs = row[unit]["cnndsl"], row[unit].get("torch")
    if theirs is None:
        return f"{ours:.2f} {unit}", "", "", ""
    return f"{ours:.2f} {unit}", f"{theirs:.2f} {unit}", f"{row['ratio'][unit]:.2f}", row["label"]


def _machine() -> dict[str, Any]:
    from threadpoolctl import threadpool_info

    blas = [pool.get("architecture", pool["prefix"]) for pool in threadpool_info() if pool["user_api"] == "blas"]
    return {"python": platform.python_version(), "numpy": np.__version__, "machine": platform.machine(), "blas": blas}


if __name__ == "__main__":
    main()

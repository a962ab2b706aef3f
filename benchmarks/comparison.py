"""Rivals side by side: who they are, how their figures are kept, and the table that they make."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from benchmarks.ours import OURS
from benchmarks.section import Figures, Options, Results, Table
from benchmarks.timing import Pace, Rival, Times, fastest, median, median_ratio, take_turns

_STEADY = 1.5
TORCH, SCRIPT, JAX = "PyTorch", "TorchScript", "JAX"


def compare(rivals: Mapping[str, Rival], pace: Pace) -> Figures:
    """Time all of them in turns; seconds of each round, and how each is configured."""
    times = take_turns(rivals, pace)
    labels = {name: rival.label for name, rival in rivals.items() if rival.label}
    return figures(times, labels)


def figures(times: Times, labels: Mapping[str, str] | None = None) -> Figures:
    """Seconds by rival and round, to four digits, as they are kept."""
    rounded = {name: [float(f"{value:.4g}") for value in values] for name, values in times.items()}
    return {"seconds": rounded, "labels": dict(labels or {})}


def pick(candidates: list[Rival], options: Options) -> Rival:
    """The fastest of one rival's configurations."""
    return fastest(candidates, options.pace.seconds / 2)


def middle(case: Figures, name: str) -> float | None:
    """Median seconds of a rival; None if it was not there."""
    values = case["seconds"].get(name)
    return median(values) if values else None


def ratio(case: Figures, name: str) -> float | None:
    """How many times longer than ours a rival takes; None if it was not there."""
    times = case["seconds"]
    return median_ratio(times[name], times[OURS]) if name in times else None


def table(first: str, results: Results, cell: Callable[[str, float], str], unit: str, *, title: str = "") -> Table:
    """A row a case: ``cell`` writes seconds of a case; then the ratios, then PyTorch's configuration."""
    everyone = [OURS, TORCH, SCRIPT, JAX]
    present = [name for name in everyone if any(name in case["seconds"] for case in results.values())]
    rivals = [name for name in present if name != OURS]
    configured = [TORCH] if TORCH in present else []
    header = (
        first,
        *(f"{name}, {unit}" for name in present),
        *(f"ratio to {name}" for name in rivals),
        *(f"{name}'s fastest" for name in configured),
    )
    rows = tuple(
        (
            name,
            *("" if (value := middle(case, side)) is None else cell(name, value) for side in present),
            *(number(ratio(case, side)) for side in rivals),
            *(case["labels"].get(side, "") for side in configured),
        )
        for name, case in results.items()
    )
    return Table(header, rows, title, unsteady(results))


def unsteady(results: Results) -> str:
    """Says where the rounds of one side lie far apart, as they do on a busy machine; nothing if they do not."""
    names = [
        name
        for name, case in results.items()
        if any(max(times) > _STEADY * min(times) for times in case["seconds"].values())
    ]
    return f"The slowest round took more than {_STEADY:g} times the fastest in: {'; '.join(names)}." if names else ""


def number(value: float | None) -> str:
    """Three digits that count; nothing for nothing."""
    if value is None:
        return ""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if value >= 1 else f"{value:.3g}"

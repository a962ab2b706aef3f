"""The page in short: training and inference of every network at batch 32, in one table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.comparison import JAX, SCRIPT, TORCH, middle, number, ratio
from benchmarks.nets import NETS
from benchmarks.ours import OURS
from benchmarks.section import Figures, Table

_BATCH = 32
_SIDES = (TORCH, SCRIPT, JAX)
_NOTHING: Figures = {"seconds": {}}


def headline(results: Mapping[str, Any]) -> Table | None:
    """What was measured of it; None if nothing was."""
    rows = tuple(
        (net, *_step(results, f"{net}, batch {_BATCH}"), *_inference(results, f"{net}, batch {_BATCH}"))
        for net in NETS
        if any(f"{net}, batch {_BATCH}" in results.get(section, {}) for section in ("step", "inference"))
    )
    header = (
        f"batch {_BATCH}",
        *("training step, ms", f"ratio to {TORCH}", f"to {JAX}"),
        *("inference, images/s", f"ratio to {TORCH}", f"to {SCRIPT}", f"to {JAX}"),
    )
    return Table(header, rows) if rows else None


def _step(results: Mapping[str, Any], name: str) -> tuple[str, ...]:
    case = results.get("step", {}).get(name, _NOTHING)
    ours = middle(case, OURS)
    return number(ours * 1e3 if ours else None), number(ratio(case, TORCH)), number(ratio(case, JAX))


def _inference(results: Mapping[str, Any], name: str) -> tuple[str, ...]:
    case = results.get("inference", {}).get(name, _NOTHING)
    ours = middle(case, OURS)
    return (f"{_BATCH / ours:,.0f}" if ours else "", *(number(ratio(case, side)) for side in _SIDES))

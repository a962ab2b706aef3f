"""What a check has found, as JSON. ``docs/formats.md`` documents the keys; ``VERSION`` goes up when one changes."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any

from cnndsl import __version__
from cnndsl.gradcheck.mutate import Outcome
from cnndsl.gradcheck.network import Row, Settings
from cnndsl.gradcheck.text import verdict

VERSION = 1


def document(
    file: str, data: str, settings: Settings, rows: Sequence[Row] = (), mistakes: Sequence[Outcome] = ()
) -> dict[str, Any]:
    """One object about a file."""
    precision = settings.precision
    return {
        "format": VERSION,
        "tool": {"name": "cnndsl", "version": __version__},
        "file": file.encode("utf-8", "replace").decode("utf-8"),
        "data": data or None,
        "batch": settings.images,
        "seed": settings.seed,
        "tolerance": precision.tolerance,
        "gradients": [_gradient(row, precision.tolerance) for row in rows],
        "mistakes": [_mistake(outcome, precision.tolerance) for outcome in mistakes],
    }


def _gradient(row: Row, tolerance: float) -> dict[str, Any]:
    comparison = row.comparison
    return {
        "path": row.path,
        "of": row.layer,
        "mode": row.mode or None,
        "by": comparison.part,
        "coordinates": comparison.total,
        "checked": comparison.checked,
        "left_out": comparison.left_out,
        "error": comparison.error if comparison.checked and isfinite(comparison.error) else None,
        "verdict": verdict(row, tolerance).lower(),
    }


def _mistake(outcome: Outcome, tolerance: float) -> dict[str, Any]:
    return {
        "mistake": outcome.mistake,
        "path": outcome.path or None,
        "missing": outcome.needs or None,
        "seen_by_layer": _gradient(outcome.by_layer, tolerance) if outcome.by_layer else None,
        "seen_by_network": _gradient(outcome.by_network, tolerance) if outcome.by_network else None,
    }

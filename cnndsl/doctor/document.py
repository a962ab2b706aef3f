"""What an examination came to, as JSON. ``docs/formats.md`` has the keys; ``VERSION`` goes up when one changes."""

from __future__ import annotations

from math import isfinite
from typing import Any

import attrs

from cnndsl import __version__
from cnndsl.compiler import Program
from cnndsl.data import Splits
from cnndsl.doctor.examine import Checkup
from cnndsl.doctor.finding import Finding
from cnndsl.doctor.gradients import Gradient
from cnndsl.doctor.learning import RangeTest
from cnndsl.doctor.start import Output, Start
from cnndsl.training import Settings

VERSION = 1


def document(checkup: Checkup, program: Program, splits: Splits, settings: Settings) -> dict[str, Any]:
    """One object about a file."""
    whole = {
        "format": VERSION,
        "tool": {"name": "cnndsl", "version": __version__},
        "file": program.graph.source.name.encode("utf-8", "replace").decode("utf-8"),
        "data": splits.name,
        "images": {"train": len(splits.train), "valid": len(splits.valid)},
        "batch": settings.batch,
        "seed": settings.seed,
        "learning_rate": settings.lr,
        "inputs": attrs.asdict(checkup.inputs),
        "labels": attrs.asdict(checkup.labels),
        "start": _start(checkup.start) if checkup.start else None,
        "gradients": None if checkup.gradients is None else [_gradient(own) for own in checkup.gradients],
        "one_batch": attrs.asdict(checkup.one_batch) if checkup.one_batch else None,
        "range_test": _range_test(checkup.range_test) if checkup.range_test else None,
        "first_steps": attrs.asdict(checkup.first_steps) if checkup.first_steps else None,
        "findings": [_finding(finding) for finding in checkup.findings],
    }
    return {key: _plain(value) for key, value in whole.items()}


def _start(start: Start) -> dict[str, Any]:
    return {"loss": start.loss, "guessed": start.guessed, "outputs": [_output(output) for output in start.outputs]}


def _output(output: Output) -> dict[str, Any]:
    counts = {"units": output.units, "dead": output.dead} if output.units else {"units": None, "dead": None}
    return {"path": output.node.path, "size": output.size, **counts}


def _gradient(gradient: Gradient) -> dict[str, Any]:
    return {"path": gradient.node.path, "norm": gradient.norm, "weights": gradient.weights}


def _range_test(test: RangeTest) -> dict[str, Any]:
    return {"suggested": test.suggested, "limit": test.limit, "rates": test.rates, "losses": test.losses}


def _finding(finding: Finding) -> dict[str, Any]:
    node = finding.node
    return {
        "code": finding.code,
        "severity": finding.severity,
        "message": finding.message,
        "hint": finding.hint,
        "path": node.path if node else None,
        "line": node.span.line if node and node.span else None,
    }


def _plain(value: Any) -> Any:
    """JSON has no infinity and no NaN: they are null."""
    if isinstance(value, dict):
        return {key: _plain(own) for key, own in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(own) for own in value]
    return None if isinstance(value, float) and not isfinite(value) else value

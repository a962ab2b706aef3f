"""What a run writes about itself, besides its numbers."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import attrs
import numpy as np

from cnndsl.compiler import Program
from cnndsl.data import Splits
from cnndsl.language.render import render
from cnndsl.training.history import Row
from cnndsl.training.machine import fingerprint
from cnndsl.training.metrics import Scores
from cnndsl.training.settings import Settings

MANIFEST = "manifest.json"


def about_weights(program: Program, splits: Splits, settings: Settings, row: Row) -> dict[str, Any]:
    """What travels with the weights."""
    return {
        "epoch": row.epoch,
        "valid": row.valid.by_name,
        "model": program.graph.source.text,
        # Unlike the file it needs no other: neither what it includes nor other values for its variables.
        "network": render(attrs.evolve(program.graph, sections=())),
        "variables": dict(settings.variables),
        "loss": settings.as_json()["loss"],
        "input": list(program.input_shape),
        "classes": list(splits.classes),
        "mean": [float(value) for value in splits.mean],
        "std": [float(value) for value in splits.std],
        "data": splits.fingerprint,
    }


def manifest(
    program: Program,
    splits: Splits,
    settings: Settings,
    *,
    experiment: Mapping[str, Any] | None,
    chosen: Row,
    weights_sha256: str,
    test: Scores,
    times: Mapping[str, float],
) -> str:
    """The text of the manifest. ``experiment`` is what it takes to train again, if whoever trains knows it."""
    import sklearn

    from cnndsl import __version__

    source = program.graph.source
    said = {
        "cnndsl": __version__,
        "settings": settings.as_json(),
        "model": {
            "file": source.name,
            "sha256": sha256(source.text.encode()).hexdigest(),
            "input": list(program.input_shape),
            **attrs.asdict(program.figures),
        },
        "data": {
            "name": splits.name,
            "sha256": splits.fingerprint,
            "images": {"train": len(splits.train), "valid": len(splits.valid), "test": len(splits.test)},
        },
        "best": {"epoch": chosen.epoch, "weights_sha256": weights_sha256, "valid": chosen.valid.by_name},
        "test": test.by_name,
        "experiment": experiment and dict(experiment),
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "scikit-learn": sklearn.__version__,
        },
        "machine": dict(fingerprint()),
        "times": {name: round(seconds, 3) for name, seconds in times.items()},
    }
    return json.dumps(said, indent=2) + "\n"

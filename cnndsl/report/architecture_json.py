"""A network as JSON. ``docs/formats.md`` documents the keys; ``VERSION`` goes up when one changes its meaning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrs import frozen

from cnndsl import __version__
from cnndsl.report.architecture import Architecture, Row
from cnndsl.report.training_memory import TrainingMemory

VERSION = 1


@frozen
class Shown:
    """A network on images of the data set ``data``, if that has a name.

    ``digest`` says which network it is; there is none where ``complete`` is false: only the beginning is right.
    ``training`` is the memory of that, for a network that can be trained.
    """

    architecture: Architecture
    data: str = ""
    digest: str | None = None
    complete: bool = True
    training: TrainingMemory | None = None


def document(file: str, networks: Sequence[Shown]) -> dict[str, Any]:
    """One object about a file, in it one for each network."""
    return {
        "format": VERSION,
        "tool": {"name": "cnndsl", "version": __version__},
        "file": file.encode("utf-8", "replace").decode("utf-8"),
        "networks": [_network(network) for network in networks],
    }


def _network(shown: Shown) -> dict[str, Any]:
    architecture = shown.architecture
    return {
        "data": shown.data or None,
        "input": list(architecture.input_shape),
        "output": list(architecture.output_shape),
        "complete": shown.complete,
        "hash": shown.digest,
        "totals": {
            "parameters": architecture.parameters,
            "macs": architecture.macs,
            "activation_bytes": architecture.activation_bytes,
            "receptive_field": architecture.receptive_field,
        },
        "training": shown.training.as_json() if shown.training else None,
        "nodes": [_node(row) for row in architecture.rows],
    }


def _node(row: Row) -> dict[str, Any]:
    return {
        "path": row.path,
        "kind": row.kind,
        "text": row.text,
        "arguments": {name: _plain(value) for name, value in row.arguments},
        "inputs": list(row.inputs),
        "in_shapes": [list(shape) for shape in row.in_shapes],
        "out_shape": list(row.out_shape),
        "parameters": row.figures.parameters,
        "macs": row.figures.macs,
        "activation_bytes": row.figures.activation_bytes,
        "receptive_field": row.figures.receptive_field,
        "file": row.file or None,
        "line": row.line or None,
        "calls": [
            {"name": call.name, "file": call.span.file, "line": call.span.line, "index": call.index}
            for call in row.calls
        ],
    }


def _plain(value: Any) -> Any:
    """Sizes as lists, words as text."""
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value if isinstance(value, bool | int | float | None) else str(value)

"""Weights on disk: the parameters and the state of a network, and what they are of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cnndsl.layers._kind import Array, Tree
from cnndsl.training.tensors import read_header, read_tensors, write_tensors

__all__ = ["WEIGHTS", "load_weights", "read_header", "save_weights"]

#: The name of the weights in a run's folder.
WEIGHTS = "best.safetensors"
_STATE = "state:"


def save_weights(path: Path, params: Tree, state: Tree, about: dict[str, Any]) -> str:
    """Write parameters and state durably; ``about`` is any JSON that should travel along. Returns the SHA-256 of all.

    Tensors are named ``path/name``, those of the state ``state:path/name``.
    """
    return write_tensors(path, _flatten(params, state), about)


def load_weights(path: Path, params: Tree, state: Tree) -> tuple[Tree, Tree, dict[str, Any]]:
    """Read weights for a network whose parameters and state look like those given. Returns them and the header.

    Raises
    ------
    InputError
        The file is missing, damaged, or for another architecture; the first difference is named.
    """
    tensors, header = read_tensors(path, _flatten(params, state))
    return _like(params, tensors, ""), _like(state, tensors, _STATE), header


def _flatten(params: Tree, state: Tree) -> dict[str, Array]:
    return {
        f"{prefix}{path}/{name}": array
        for prefix, tree in (("", params), (_STATE, state))
        for path, own in tree.items()
        for name, array in own.items()
    }


def _like(tree: Tree, tensors: dict[str, Array], prefix: str) -> Tree:
    return {path: {name: tensors[f"{prefix}{path}/{name}"] for name in own} for path, own in tree.items()}

"""Weights on disk: safetensors, never pickle, with a hash over every tensor and a check of everything that is read."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from cnndsl.errors import InputError
from cnndsl.layers._kind import Array, Tree
from cnndsl.training.files import write_durably

_STATE = "state:"
_SCHEMA = 1
_LARGEST = 1 << 32


def save_weights(path: Path, params: Tree, state: Tree, about: dict[str, Any]) -> str:
    """Write parameters and state durably; ``about`` is any JSON that should travel along. Returns the tensors' SHA-256.

    Tensors are named ``path/name``, those of the state ``state:path/name``.
    """
    from safetensors.numpy import save

    tensors = _flatten(params) | {_STATE + name: array for name, array in _flatten(state).items()}
    digest = _digest(tensors)
    # One metadata key: with two, the order of the keys, and so the bytes, would differ from process to process.
    header = json.dumps({"schema": _SCHEMA, "sha256": digest, **about}, sort_keys=True)
    write_durably(path, save(tensors, metadata={"cnndsl": header}))
    return digest


def load_weights(path: Path, params: Tree, state: Tree) -> tuple[Tree, Tree, dict[str, Any]]:
    """Read weights for a network whose parameters and state look like those given. Returns them and the header.

    Raises
    ------
    InputError
        The file is missing, damaged, or for another architecture; the first difference is named.
    """
    header, tensors = _read(path)
    wanted = _flatten(params) | {_STATE + name: array for name, array in _flatten(state).items()}
    for name in sorted(wanted.keys() | tensors.keys()):
        ours, theirs = _describe(wanted.get(name)), _describe(tensors.get(name))
        if ours != theirs:
            message = f"{path} is for another architecture: {name} is {theirs} there, {ours} here"
            raise InputError(message, code="T603", hint="use the model file that it was trained with")
    if _digest(tensors) != header.get("sha256"):
        raise InputError(f"{path} is damaged: its tensors do not match their checksum", code="D510")
    if not all(np.isfinite(array).all() for array in tensors.values()):
        raise InputError(f"{path} holds values that are not finite", code="D510")
    return _like(params, tensors, ""), _like(state, tensors, _STATE), header


def _read(path: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    from safetensors import SafetensorError, safe_open

    try:
        if path.stat().st_size > _LARGEST:
            raise InputError(f"{path} is larger than {_LARGEST:,} bytes", code="D510")
        with safe_open(path, framework="numpy") as file:
            header = json.loads((file.metadata() or {}).get("cnndsl", "{}"))
            return header, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a mapping
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file", code="D503") from None
    except (OSError, SafetensorError, ValueError) as error:
        raise InputError(f"{path} is not a whole safetensors file ({error})", code="D510") from None


def _flatten(tree: Tree) -> dict[str, Array]:
    # Contiguous, always: safetensors writes the buffer as it lies, whatever the strides say.
    return {f"{path}/{name}": np.ascontiguousarray(array) for path, own in tree.items() for name, array in own.items()}


def _like(tree: Tree, tensors: dict[str, Array], prefix: str) -> Tree:
    return {path: {name: tensors[f"{prefix}{path}/{name}"] for name in own} for path, own in tree.items()}


def _describe(array: Array | None) -> str:
    return "missing" if array is None else f"{array.dtype} {'x'.join(map(str, array.shape))}"


def _digest(tensors: dict[str, Array]) -> str:
    digest = hashlib.sha256()
    for name in sorted(tensors):
        array = tensors[name]
        digest.update(f"{name} {_describe(array)}\n".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()

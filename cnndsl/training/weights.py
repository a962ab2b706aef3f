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

#: The name of the weights in a run's folder.
WEIGHTS = "best.safetensors"
_STATE = "state:"
_SCHEMA = 1
_LARGEST = 1 << 32


def save_weights(path: Path, params: Tree, state: Tree, about: dict[str, Any]) -> str:
    """Write parameters and state durably; ``about`` is any JSON that should travel along. Returns the SHA-256 of all.

    Tensors are named ``path/name``, those of the state ``state:path/name``.
    """
    from safetensors.numpy import save

    tensors = _flatten(params) | {_STATE + name: array for name, array in _flatten(state).items()}
    header = {"schema": _SCHEMA, **about}
    digest = _digest(tensors, header)
    # One metadata key: with two, the order of the keys, and so the bytes, would differ from process to process.
    text = json.dumps({**header, "sha256": digest}, sort_keys=True)
    write_durably(path, save(tensors, metadata={"cnndsl": text}))
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
    if _digest(tensors, header) != header.get("sha256"):
        raise InputError(f"{path} is damaged: its content does not match its checksum", code="D510")
    if not all(np.isfinite(array).all() for array in tensors.values()):
        raise InputError(f"{path} holds values that are not finite", code="D510")
    return _like(params, tensors, ""), _like(state, tensors, _STATE), header


def read_header(path: Path) -> dict[str, Any]:
    """What travels along with the weights in a file, unchecked but for its form; ``InputError`` as for all of it."""
    return _read(path, tensors=False)[0]


def _read(path: Path, *, tensors: bool = True) -> tuple[dict[str, Any], dict[str, Array]]:
    from safetensors import SafetensorError, safe_open

    try:
        if path.stat().st_size > _LARGEST:
            raise InputError(f"{path} is larger than {_LARGEST:,} bytes", code="D510")
        with safe_open(path, framework="numpy") as file:
            header = _parse_header(path, (file.metadata() or {}).get("cnndsl", "null"))
            names = file.keys() if tensors else ()
            return header, {name: file.get_tensor(name) for name in names}
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file", code="D503") from None
    except (OSError, SafetensorError, ValueError, TypeError, AttributeError, RecursionError) as error:
        # The last but one: how a number format that NumPy has not comes out.
        raise InputError(f"{path} is not a whole safetensors file ({error})", code="D510") from None


def _parse_header(path: Path, text: str) -> dict[str, Any]:
    header = json.loads(text)
    if not isinstance(header, dict):
        raise InputError(f"{path} was not written by cnndsl: its header says nothing", code="D511")
    if header.get("schema") != _SCHEMA:
        message = f"{path} is of schema {header.get('schema')!r}, this cnndsl reads {_SCHEMA}"
        raise InputError(message, code="D511", hint="upgrade cnndsl")
    return header


def _flatten(tree: Tree) -> dict[str, Array]:
    # Contiguous, always: safetensors writes the buffer as it lies, whatever the strides say.
    return {f"{path}/{name}": np.ascontiguousarray(array) for path, own in tree.items() for name, array in own.items()}


def _like(tree: Tree, tensors: dict[str, Array], prefix: str) -> Tree:
    return {path: {name: tensors[f"{prefix}{path}/{name}"] for name in own} for path, own in tree.items()}


def _describe(array: Array | None) -> str:
    return "missing" if array is None else f"{array.dtype} {'x'.join(map(str, array.shape))}"


def _digest(tensors: dict[str, Array], header: dict[str, Any]) -> str:
    said = {name: value for name, value in header.items() if name != "sha256"}
    digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode())
    for name in sorted(tensors):
        array = tensors[name]
        digest.update(f"{name} {_describe(array)}\n".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()

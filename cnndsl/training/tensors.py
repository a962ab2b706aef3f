"""Named arrays and what is said of them, in one file: safetensors, never pickle, with a hash over all of it.

Whatever a file claims is checked before it is believed: its size, its header, then names, types and shapes against
what is wanted, then the hash, then that every number is finite.
"""

from __future__ import annotations

import hashlib
import json
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from cnndsl.errors import InputError
from cnndsl.layers._kind import Array
from cnndsl.training.files import write_durably

_SCHEMA = 1
_LARGEST = 1 << 32
_DTYPES = {"F64": "float64", "F32": "float32", "F16": "float16", "I64": "int64"}

#: A type and a shape, as messages have them: ``float32 6x1x5x5``.
Form = str


def write_tensors(path: Path, tensors: Mapping[str, Array], about: Mapping[str, Any]) -> str:
    """Write arrays durably; ``about`` is any JSON that should travel along. Returns the SHA-256 of everything."""
    from safetensors.numpy import save

    # Contiguous, always: safetensors writes the buffer as it lies, whatever the strides say.
    whole = {name: np.ascontiguousarray(array).reshape(np.shape(array)) for name, array in tensors.items()}
    header = {"schema": _SCHEMA, **about}
    digest = _digest(whole, header)
    # One metadata key: with two, the order of the keys, and so the bytes, would differ from process to process.
    text = json.dumps({**header, "sha256": digest}, sort_keys=True)
    write_durably(path, save(whole, metadata={"cnndsl": text}))
    return digest


def read_tensors(path: Path, wanted: Mapping[str, Array]) -> tuple[dict[str, Array], dict[str, Any]]:
    """Read arrays that have the names, types and shapes of those wanted. Returns them and the header.

    Raises
    ------
    InputError
        The file is missing (D503), damaged (D510), of another program (D511), or holds other arrays (T603); the first
        difference is named.
    """
    header, found = _read(path)
    for name in sorted(wanted.keys() | found.keys()):
        ours, theirs = form_of(wanted.get(name)), found.get(name, "missing")
        if ours != theirs:
            message = f"{path} is for another architecture: {name} is {theirs} there, {ours} here"
            raise InputError(message, code="T603", hint="use the model file that it was trained with")
    return _checked(path, header, wanted), header


def read_whole(path: Path) -> tuple[dict[str, Array], dict[str, Any]]:
    """As :func:`read_tensors`, whatever the file holds."""
    header, found = _read(path)
    return _checked(path, header, found), header


def read_header(path: Path) -> dict[str, Any]:
    """What travels along with the arrays in a file, unchecked but for its form; ``InputError`` as for all of it."""
    return _read(path)[0]


def _checked(path: Path, header: Mapping[str, Any], wanted: Iterable[str]) -> dict[str, Array]:
    _, tensors = _read(path, wanted)
    if _digest(tensors, header) != header.get("sha256"):
        raise InputError(f"{path} is damaged: its content does not match its checksum", code="D510")
    if not all(np.isfinite(array).all() for array in tensors.values()):
        raise InputError(f"{path} holds values that are not finite", code="D510")
    return tensors


def form_of(array: Array | None) -> Form:
    """``float32 6x1x5x5``, or ``missing``."""
    return "missing" if array is None else _form(array.dtype.name, array.shape)


def _form(dtype: str, shape: tuple[int, ...]) -> Form:
    return f"{dtype} {'x'.join(map(str, shape))}"


def _read(path: Path, wanted: Iterable[str] | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """The header, and the forms of all arrays, or those of the arrays that are wanted themselves."""
    from safetensors import SafetensorError, safe_open

    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise InputError(f"{path} is no regular file", code="D510")
        if found.st_size > _LARGEST:
            raise InputError(f"{path} is larger than {_LARGEST:,} bytes", code="D510")
        with safe_open(path, framework="numpy") as file:
            header = _parse_header(path, (file.metadata() or {}).get("cnndsl", "null"))
            if wanted is not None:
                return header, {name: file.get_tensor(name) for name in wanted}
            slices = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118 - no mapping
            return header, {
                name: _form(_DTYPES.get(own.get_dtype(), own.get_dtype()), tuple(own.get_shape()))
                for name, own in slices.items()
            }
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


def _digest(tensors: Mapping[str, Array], header: Mapping[str, Any]) -> str:
    said = {name: value for name, value in header.items() if name != "sha256"}
    digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode())
    for name in sorted(tensors):
        array = tensors[name]
        digest.update(f"{name} {form_of(array)}\n".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()

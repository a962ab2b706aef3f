"""Values made of values as a flat table, and back: what a checkpoint needs, whatever an optimiser keeps.

Branches are mappings, tuples and attrs classes; all else is a leaf: an array, a number, ``None``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import attrs


def leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Each leaf with its name: ``carry/params/Conv.0/W``."""
    branches = _branches(value)
    if branches is None:
        yield name, value
        return
    for key, branch in branches.items():
        yield from leaves(branch, _joined(name, key))


def rebuilt(like: Any, found: Callable[[str], Any], name: str = "") -> Any:
    """A value of the form of another, with the leaf that is ``found`` by its name in the place of each of its own."""
    branches = _branches(like)
    if branches is None:
        return found(name)
    new = {key: rebuilt(branch, found, _joined(name, key)) for key, branch in branches.items()}
    if isinstance(like, tuple):
        return tuple(new.values())
    return new if isinstance(like, Mapping) else type(like)(**new)


def _joined(name: str, key: object) -> str:
    return f"{name}/{key}" if name else str(key)


def _branches(value: Any) -> dict[Any, Any] | None:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple):
        return dict(enumerate(value))
    if attrs.has(type(value)):
        return {field.name: getattr(value, field.name) for field in attrs.fields(type(value))}
    return None

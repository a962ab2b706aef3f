"""Kinds that a program has written itself: known besides the registry, in this process alone."""

from __future__ import annotations

from typing import Any

from cnndsl.layers._kind import LayerKind

_NAMES: dict[type, tuple[str, ...]] = {}  # of each spec class that is known, the kind's own name first
_BY_NAME: dict[str, LayerKind[Any]] = {}
_BY_SPEC: dict[type, LayerKind[Any]] = {}


def put(kind: LayerKind[Any], aliases: tuple[str, ...]) -> None:
    """Make a kind known, in the place of an earlier one of the same class, as when a cell of a notebook runs again."""
    for name in [name for name, known in _BY_NAME.items() if is_redefined(known, kind)]:
        del _BY_NAME[name]
    _BY_SPEC[kind.spec] = kind  # an earlier class stays: programs that are compiled still hold specs of it
    _NAMES[kind.spec] = (kind.name, *aliases)
    _BY_NAME.update({name.lower(): kind for name in _NAMES[kind.spec]})


def is_redefined(known: LayerKind[Any], kind: LayerKind[Any]) -> bool:
    """Whether the class of a known kind has been written anew."""
    old, new = known.spec, kind.spec
    return (old.__module__, old.__qualname__) == (new.__module__, new.__qualname__)


def own_kind_of(spec: object) -> LayerKind[Any] | None:
    """The kind of a spec, if a program has registered it."""
    return _BY_SPEC.get(type(spec))


def find_own_kind(name: str) -> LayerKind[Any] | None:
    """The kind that a name means, whatever its case."""
    return _BY_NAME.get(name.lower())


def own_aliases_of(kind: LayerKind[Any]) -> tuple[str, ...] | None:
    """What else a kind is called, if a program has registered it."""
    return _NAMES[kind.spec][1:] if kind.spec in _NAMES else None


def own_kinds() -> tuple[LayerKind[Any], ...]:
    """Each kind once, the one registered first in front."""
    return tuple(dict.fromkeys(_BY_NAME.values()))

"""What a layer of one's own is written with, and :func:`register`, which makes the language know it.

A layer is a spec class (:func:`layer_spec`; its fields are made by :func:`count`, :func:`size`, :func:`real` and the
like) and pure functions over it, together a :class:`LayerKind`, whose docstring is the contract. An activation is less:
a value and a slope, joined by :func:`of_input` or :func:`of_output`. ``docs/testing.md`` shows how to test one.
"""

from __future__ import annotations

import re
from typing import Any

import attrs

from cnndsl.language.definitions import WORDS
from cnndsl.layers import find_kind
from cnndsl.layers._elementwise import of_input, of_output
from cnndsl.layers._fields import Real, count, flag, padding, real, size, start, word
from cnndsl.layers._kind import (
    Array,
    Context,
    LayerKind,
    Params,
    Shape,
    ShapeError,
    Weight,
    as_map,
    layer_spec,
    same_shape,
)
from cnndsl.layers._own import is_redefined, put

__all__ = [
    "Array",
    "Context",
    "LayerKind",
    "Params",
    "Real",
    "Shape",
    "ShapeError",
    "Weight",
    "as_map",
    "count",
    "flag",
    "layer_spec",
    "of_input",
    "of_output",
    "padding",
    "real",
    "register",
    "same_shape",
    "size",
    "start",
    "word",
]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")  # as in the grammar


def register(kind: LayerKind[Any], *aliases: str) -> None:
    """Make the language know a kind in this process: files, the formatter, ``explain``, ``layers`` and the laws.

    Its name is that of its spec class; ``aliases`` are further ones.

    To register a kind again changes nothing; to register the kind of a class that was written anew, under its old name
    and in its old module, replaces it.

    Raises
    ------
    TypeError
        It is no kind, or the fields of its spec are not made by the functions of this module.
    ValueError
        A name of it means something else already, or cannot be written in a file.
    """
    _check_spec(kind)
    for name in (kind.name, *aliases):
        _check_name(kind, name)
    put(kind, aliases)


def _check_spec(kind: object) -> None:
    if not isinstance(kind, LayerKind):
        raise TypeError(f"register takes a LayerKind, got {type(kind).__name__}: of_input and of_output make one")
    if kind.internal:
        raise TypeError(f"{kind.name} is internal, and such kinds have no name to be known by: leave `internal` out")
    if not attrs.has(kind.spec):
        raise TypeError(f"{kind.name} is no spec: put @layer_spec above the class")
    for field in attrs.fields(kind.spec):
        if "domain" not in field.metadata:
            made = "make it by count, size, real, flag, word, padding or start of cnndsl.extend"
            raise TypeError(f"{kind.name}.{field.name} does not say which values it takes: {made}")


def _check_name(kind: LayerKind[Any], name: str) -> None:
    if not _NAME.fullmatch(name):
        raise ValueError(f"`{name}` cannot be written in a file: use letters, digits, _ and .")
    if name.lower() in WORDS:
        raise ValueError(f"`{name}` is a word of the language: choose another name")
    known = find_kind(name)
    if known is not None and not is_redefined(known, kind):
        raise ValueError(
            f"`{name}` already means the layer {known.name} of {known.spec.__module__}: choose another name"
        )

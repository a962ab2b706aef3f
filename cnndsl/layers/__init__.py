"""The layer kinds. To add one: write its file and name it in ``_FILES``.

A kind is imported when a file first names it: to define a spec class takes longer than to check a layer.
"""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module
from typing import Any

from cnndsl.layers import _own
from cnndsl.layers._kind import LayerKind

#: A file is called what the language calls its kind, in snake case; beside it are further names of the kind.
_FILES: dict[str, tuple[str, ...]] = {
    "conv": ("Conv2d",),
    "dw_conv": (),
    "conv_transpose": (),
    "pool": ("MaxPool", "max_pool"),
    "avg_pool": (),
    "global_avg_pool": (),
    "global_max_pool": (),
    "fc": ("Dense", "Linear"),
    "relu": (),
    "leaky_relu": (),
    "elu": (),
    "selu": (),
    "gelu": (),
    "silu": (),
    "sigmoid": (),
    "tanh": (),
    "mish": (),
    "hard_swish": (),
    "softplus": (),
    "batch_norm": ("BN",),
    "layer_norm": (),
    "group_norm": (),
    "scale": (),
    "dropout": (),
    "dropout2d": (),
    "flatten": (),
    "identity": (),
    "upsample": (),
    "pad": (),
    "channel_shuffle": (),
    "add": (),
    "multiply": (),
    "concat": (),
    "softmax": (),
    "log_softmax": (),
    # Made by rewrites, not by files.
    "covering_conv": (),
    "bias_relu": (),
    "batch_norm_relu": (),
    "lowered_conv": (),
}

_BY_NAME = {name.lower(): file for file, others in _FILES.items() for name in (file.replace("_", ""), *others)}

REGISTRY: tuple[LayerKind[Any], ...]  # every kind, in the order above


def __getattr__(name: str) -> Any:
    if name == "REGISTRY":
        return tuple(_load(file) for file in _FILES)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@cache
def _load(file: str) -> LayerKind[Any]:
    kind: LayerKind[Any] = import_module(f"{__name__}.{file}").KIND
    return kind


def kind_of(spec: object) -> LayerKind[Any]:
    """The kind of a spec."""
    own = _own.own_kind_of(spec)
    if own is not None:
        return own
    kind: LayerKind[Any] | None = getattr(sys.modules[type(spec).__module__], "KIND", None)
    if kind is None or kind.spec is not type(spec):
        raise KeyError(f"{type(spec).__qualname__} is the spec of no layer: register its kind")
    return kind


def find_kind(name: str) -> LayerKind[Any] | None:
    """The kind that a name or an alias means in the language, whatever its case."""
    file = _BY_NAME.get(name.lower())
    kind = _load(file) if file else _own.find_own_kind(name)
    return None if kind is None or kind.internal else kind


def aliases_of(kind: LayerKind[Any]) -> tuple[str, ...]:
    """What else a kind is called in the language."""
    own = _own.own_aliases_of(kind)
    return _FILES[_BY_NAME[kind.name.lower()]] if own is None else own


def public_kinds() -> tuple[LayerKind[Any], ...]:
    """Every kind that has a name in the language, those that a program has registered last. It imports them all."""
    built_in = (_load(file) for file in _FILES)
    return (*(kind for kind in built_in if not kind.internal), *_own.own_kinds())


def known_names() -> tuple[str, ...]:
    """Every name that the language knows, aliases included."""
    return tuple(name for kind in public_kinds() for name in (kind.name, *aliases_of(kind)))

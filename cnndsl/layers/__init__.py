"""The layer kinds. To add one: write its file and name it in ``REGISTRY``."""

from __future__ import annotations

from typing import Any

from cnndsl.layers import bias_relu, conv, covering_conv, fc, flatten, pool, relu, softmax
from cnndsl.layers._kind import LayerKind

REGISTRY: tuple[LayerKind[Any], ...] = (
    conv.KIND,
    relu.KIND,
    pool.KIND,
    flatten.KIND,
    fc.KIND,
    softmax.KIND,
    # Made by rewrites, not by files.
    covering_conv.KIND,
    bias_relu.KIND,
)

_BY_SPEC = {kind.spec: kind for kind in REGISTRY}
_BY_NAME = {name.lower(): kind for kind in REGISTRY if not kind.internal for name in (kind.name, *kind.aliases)}


def kind_of(spec: object) -> LayerKind[Any]:
    """The kind of a spec."""
    return _BY_SPEC[type(spec)]


def find_kind(name: str) -> LayerKind[Any] | None:
    """The kind that a name or an alias means in the language, whatever its case."""
    return _BY_NAME.get(name.lower())


def known_names() -> tuple[str, ...]:
    """Every name that the language knows, aliases included."""
    return tuple(name for kind in REGISTRY if not kind.internal for name in (kind.name, *kind.aliases))

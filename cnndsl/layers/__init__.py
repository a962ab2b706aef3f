"""The layer kinds. To add one: write its file and name it in ``REGISTRY``."""

from __future__ import annotations

from typing import Any

from cnndsl.layers import (
    add,
    avg_pool,
    batch_norm,
    bias_relu,
    channel_shuffle,
    concat,
    conv,
    conv_transpose,
    covering_conv,
    dropout,
    dropout2d,
    dw_conv,
    elu,
    fc,
    flatten,
    gelu,
    global_avg_pool,
    global_max_pool,
    group_norm,
    hard_swish,
    identity,
    layer_norm,
    leaky_relu,
    log_softmax,
    pad,
    pool,
    relu,
    scale,
    selu,
    sigmoid,
    silu,
    softmax,
    softplus,
    tanh,
    upsample,
)
from cnndsl.layers._kind import LayerKind

REGISTRY: tuple[LayerKind[Any], ...] = (
    conv.KIND,
    dw_conv.KIND,
    conv_transpose.KIND,
    pool.KIND,
    avg_pool.KIND,
    global_avg_pool.KIND,
    global_max_pool.KIND,
    fc.KIND,
    relu.KIND,
    leaky_relu.KIND,
    elu.KIND,
    selu.KIND,
    gelu.KIND,
    silu.KIND,
    sigmoid.KIND,
    tanh.KIND,
    hard_swish.KIND,
    softplus.KIND,
    batch_norm.KIND,
    layer_norm.KIND,
    group_norm.KIND,
    scale.KIND,
    dropout.KIND,
    dropout2d.KIND,
    flatten.KIND,
    identity.KIND,
    upsample.KIND,
    pad.KIND,
    channel_shuffle.KIND,
    add.KIND,
    concat.KIND,
    softmax.KIND,
    log_softmax.KIND,
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

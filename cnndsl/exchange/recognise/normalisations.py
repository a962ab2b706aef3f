"""Normalisations. A scale of ones with a bias of zeros, or none, is a layer with ``affine=false``."""

from __future__ import annotations

import numpy as np

from cnndsl.exchange.recognise._use import Layer, UnsupportedError, Use, reads, shortest
from cnndsl.layers._kind import Array, Shape
from cnndsl.layers.batch_norm import BatchNorm
from cnndsl.layers.group_norm import GroupNorm
from cnndsl.layers.layer_norm import LayerNorm

_PER_CHANNEL = 21  # the version from which GroupNormalization has a scale per channel, before it was per group


@reads("BatchNormalization")
def _batch_norm(use: Use) -> tuple[Layer, ...]:
    use.expect(training_mode=0, spatial=1)
    affine = _affine(use, use.shape[:1])
    momentum = shortest(use.operator.number("momentum", 0.9))
    spec = BatchNorm(momentum=momentum, eps=_epsilon(use), affine=bool(affine))
    return (Layer(spec, {**affine, "mean": use.floats(3), "var": use.floats(4)}),)


@reads("LayerNormalization")
def _layer_norm(use: Use) -> tuple[Layer, ...]:
    if use.axis(-1) != 1:
        raise UnsupportedError(f"it begins at axis {use.axis(-1)}, and not at 1, which is over all of an image")
    affine = _affine(use, use.shape)
    return (Layer(LayerNorm(eps=_epsilon(use), affine=bool(affine)), affine),)


@reads("GroupNormalization")
def _group_norm(use: Use) -> tuple[Layer, ...]:
    groups, channels = use.operator.whole("num_groups", 0), use.shape[0]
    if groups < 1 or channels % groups:
        raise UnsupportedError(f"its {groups} groups do not divide {channels} channels")
    use.expect_places()
    is_per_channel = use.operator.whole("per_channel", int(use.opset >= _PER_CHANNEL))
    each = 1 if is_per_channel else channels // groups
    affine = {name: np.repeat(array, each) for name, array in _affine(use, (channels // each,)).items()}
    return (Layer(GroupNorm(groups, eps=_epsilon(use), affine=bool(affine)), affine),)


@reads("InstanceNormalization")
def _instance_norm(use: Use) -> tuple[Layer, ...]:
    affine = _affine(use, use.shape[:1])
    return (Layer(GroupNorm(use.shape[0], eps=_epsilon(use), affine=bool(affine)), affine),)


def _epsilon(use: Use) -> float:
    return shortest(use.operator.number("epsilon", 1e-5))


def _affine(use: Use, shape: Shape) -> dict[str, Array]:
    """Scale and bias; none where they do nothing, unless these are a layer's own that have learnt nothing yet."""
    scale = use.floats(1)
    bias = use.floats(2) if use.constant(2) is not None else np.zeros(shape, np.float32)
    does_nothing = (scale == 1).all() and not bias.any()
    if does_nothing and use.operator.input(1) != f"{use.operator.name}/scale":
        return {}
    return {"scale": _shaped(scale, shape), "bias": _shaped(bias, shape)}


def _shaped(array: Array, shape: Shape) -> Array:
    """Some exporters have one number for all, others axes behind the channels."""
    return np.broadcast_to(array, shape) if array.size == 1 else array.reshape(shape)

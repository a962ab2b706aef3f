"""ChannelShuffle: channels dealt out across groups (Zhang et al., "ShuffleNet", 2018)."""

from __future__ import annotations

import numpy as np

from cnndsl.layers._fields import count
from cnndsl.layers._groups import divide
from cnndsl.layers._kind import Array, Context, LayerKind, Params, Shape, as_map, layer_spec


@layer_spec
class ChannelShuffle:
    """The first channel of each group, then the second of each, and so on; the shape stays.

    Between convolutions with groups, it lets each group see all the others.
    """

    groups: int = count("parts that the channels are cut into")


def out_shape(spec: ChannelShuffle, shape: Shape) -> Shape:
    channels, *_ = as_map(spec, shape)
    divide(spec, spec.groups, channels, "channels")
    return shape


def forward(
    spec: ChannelShuffle, _params: Params, state: Params, xs: tuple[Array, ...], ctx: Context
) -> tuple[Array, Params, None]:
    return _dealt(xs[0], spec.groups, ctx), state, None


def backward(
    spec: ChannelShuffle, _params: Params, _residual: None, dy: Array, ctx: Context
) -> tuple[tuple[Array], dict[str, Array]]:
    return (_dealt(dy, dy.shape[1] // spec.groups, ctx),), {}


def _dealt(x: Array, groups: int, ctx: Context) -> Array:
    height, channels, width, images = x.shape
    each = channels // groups
    y = ctx.like(x)
    grouped = x.reshape(height, groups, each, width, images)
    np.copyto(y.reshape(height, each, groups, width, images), grouped.swapaxes(1, 2))
    return y


KIND = LayerKind(ChannelShuffle, out_shape, forward, backward)

"""Normalisations, and the learnt factor. Operators that want a scale where the layer has none get ones."""

from __future__ import annotations

import numpy as np

from cnndsl.exchange.calls import Call, Operand, Site, call, integers
from cnndsl.exchange.translate._verb import translate
from cnndsl.layers.batch_norm import BatchNorm
from cnndsl.layers.group_norm import GroupNorm
from cnndsl.layers.layer_norm import LayerNorm
from cnndsl.layers.scale import Scale


@translate.register
def _(spec: BatchNorm, site: Site) -> Call:
    statistics = site.own("mean", "var")
    return call("BatchNormalization", site.x, *_affine(site), *statistics, epsilon=spec.eps, momentum=spec.momentum)


@translate.register
def _(spec: LayerNorm, site: Site) -> Call:
    affine = site.own("scale", "bias") or (np.ones(site.shape, np.float32),)
    return call("LayerNormalization", site.x, *affine, axis=1, epsilon=spec.eps)


@translate.register
def _(spec: GroupNorm, site: Site) -> Call:
    is_map = len(site.shape) == 3
    # The operator wants places behind the channels, if only one.
    x = site.x if is_map else call("Reshape", site.x, integers(0, *site.shape, 1))
    y = call("GroupNormalization", x, *_affine(site), num_groups=spec.groups, epsilon=spec.eps)
    return y if is_map else call("Reshape", y, integers(0, *site.shape))


@translate.register
def _(_spec: Scale, site: Site) -> Call:
    (scale,) = site.own("scale")
    return call("Mul", site.x, scale if len(site.shape) == 1 else call("Unsqueeze", scale, integers(1, 2)))


def _affine(site: Site) -> tuple[Operand, ...]:
    """A scale and a bias per channel."""
    channels = site.shape[0]
    return site.own("scale", "bias") or (np.ones(channels, np.float32), np.zeros(channels, np.float32))

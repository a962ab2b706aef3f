"""What moves values or leaves them as they are: flattening, padding, resizing, shuffling, dropping."""

from __future__ import annotations

import numpy as np

from cnndsl.exchange.calls import Call, Operand, Site, call, integers
from cnndsl.exchange.translate._verb import translate
from cnndsl.layers.channel_shuffle import ChannelShuffle
from cnndsl.layers.dropout import Dropout
from cnndsl.layers.dropout2d import Dropout2d
from cnndsl.layers.flatten import Flatten
from cnndsl.layers.identity import Identity
from cnndsl.layers.pad import Pad
from cnndsl.layers.upsample import Upsample

# The matching words for which output o takes input floor(o / factor), and half-pixel centres.
_RESIZING = {
    "nearest": {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"},
    "bilinear": {"mode": "linear", "coordinate_transformation_mode": "half_pixel"},
}


def flat(site: Site) -> Operand:
    """The input as a vector, in C, H, W order."""
    return site.x if len(site.shape) == 1 else call("Flatten", site.x, axis=1)


@translate.register
def _(_spec: Flatten, site: Site) -> Call:
    return call("Flatten", site.x, axis=1)


@translate.register
def _(_spec: Identity, site: Site) -> Call:
    return call("Identity", site.x)


@translate.register(Dropout)
@translate.register(Dropout2d)
def _(spec: Dropout | Dropout2d, site: Site) -> Call:
    # Without its third input it is at rest, and there is no operator that would drop whole channels.
    return call("Dropout", site.x, np.array(spec.p, np.float32))


@translate.register
def _(spec: Pad, site: Site) -> Call:
    return call("Pad", site.x, integers(0, 0, *spec.pad, 0, 0, *spec.pad))


@translate.register
def _(spec: Upsample, site: Site) -> Call:
    scales = np.array((1, 1, *spec.factor), np.float32)
    return call("Resize", site.x, "", scales, **_RESIZING[spec.mode])


@translate.register
def _(spec: ChannelShuffle, site: Site) -> Call:
    channels, *size = site.shape
    grouped = call("Reshape", site.x, integers(0, spec.groups, channels // spec.groups, *size))
    return call("Reshape", call("Transpose", grouped, perm=[0, 2, 1, 3, 4]), integers(0, *site.shape))

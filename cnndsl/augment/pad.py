"""Pad: rows and columns on all four sides."""

from __future__ import annotations

import numpy as np

from cnndsl.augment._kind import Changing, Tones
from cnndsl.layers._kind import Array, Shape, ShapeError
from cnndsl.settings.augment import Pad


def out_shape(spec: Pad, shape: Shape) -> Shape:
    channels, height, width = shape
    most = min(height, width) - 1
    if spec.mode == "reflect" and spec.width > most:
        message = f"an image of {height}x{width} has no {spec.width} rows and columns beside its edge to mirror"
        raise ShapeError(message, hint=f"`Pad {most} mode=reflect` is the most, or `mode=zeros`")
    return channels, height + 2 * spec.width, width + 2 * spec.width


def change(spec: Pad, x: Array, _drawn: Array, _tones: Tones) -> Array:
    sides = ((0, 0), (0, 0), (spec.width, spec.width), (spec.width, spec.width))
    return np.pad(x, sides, mode="constant" if spec.mode == "zeros" else "reflect")


KIND = Changing(Pad, change, out_shape=out_shape)

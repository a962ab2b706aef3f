"""Rotate: the image turned about its middle; a positive angle is counter-clockwise."""

from __future__ import annotations

import numpy as np

from cnndsl.augment._kind import Changing, Tones
from cnndsl.augment._warp import warp
from cnndsl.layers._kind import Array, Shape
from cnndsl.settings.augment import Rotate


def draw(spec: Rotate, _shape: Shape, images: int, rng: np.random.Generator) -> Array:
    """The angle in degrees."""
    return rng.uniform(-spec.degrees, spec.degrees, (images, 1))


def change(_spec: Rotate, x: Array, drawn: Array, _tones: Tones) -> Array:
    angles = np.radians(drawn[:, 0])
    sines, cosines = np.sin(angles), np.cos(angles)
    # Rows are counted downwards: this is the clockwise turn from a pixel back to where it was.
    return warp(x, np.stack([cosines, sines, -sines, cosines], axis=1).reshape(-1, 2, 2))


KIND = Changing(Rotate, change, draw)

"""Brightness: light multiplied by a factor, white being the most."""

from __future__ import annotations

import numpy as np

from cnndsl.augment._kind import Changing, Tones, clipped, column
from cnndsl.layers._kind import Array, Shape
from cnndsl.settings.augment import Brightness


def draw(spec: Brightness, _shape: Shape, images: int, rng: np.random.Generator) -> Array:
    """The factor."""
    return rng.uniform(1 - spec.by, 1 + spec.by, (images, 1))


def change(_spec: Brightness, x: Array, drawn: Array, tones: Tones) -> Array:
    # Distances from black are multiplied, written so that the factor 1 leaves every bit.
    bright = x + column(drawn[:, 0] - 1, x.dtype) * (x - tones.black)
    return clipped(bright, tones)


KIND = Changing(Brightness, change, draw)

"""Contrast: distances from the image's mean light multiplied by a factor, between black and white."""

from __future__ import annotations

import numpy as np

from cnndsl.augment._kind import Changing, Tones, clipped, column
from cnndsl.layers._kind import Array, Shape
from cnndsl.settings.augment import Contrast


def draw(spec: Contrast, _shape: Shape, images: int, rng: np.random.Generator) -> Array:
    """The factor."""
    return rng.uniform(1 - spec.by, 1 + spec.by, (images, 1))


def change(_spec: Contrast, x: Array, drawn: Array, tones: Tones) -> Array:
    light = (x.mean(axis=(2, 3), keepdims=True) * tones.std + tones.mean).mean(axis=1, keepdims=True)
    grey = (light - tones.mean) / tones.std  # the number that this light has in each channel
    strong = x + column(drawn[:, 0] - 1, x.dtype) * (x - grey)
    return clipped(strong, tones)


KIND = Changing(Contrast, change, draw)

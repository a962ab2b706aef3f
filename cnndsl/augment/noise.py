"""Noise: normal and independent for each pixel and channel."""

from __future__ import annotations

import numpy as np

from cnndsl import keys
from cnndsl.augment._kind import Changing, Tones, clipped
from cnndsl.layers._kind import Array, Shape
from cnndsl.settings.augment import Noise


def draw(_spec: Noise, _shape: Shape, images: int, rng: np.random.Generator) -> Array:
    """The root of the image's own noise, which is made when it is needed: for all images it would be a data set."""
    return rng.integers(1 << 53, size=(images, 1)).astype(float)


def change(spec: Noise, x: Array, drawn: Array, tones: Tones) -> Array:
    noise = np.empty(x.shape, x.dtype)
    for own, root in zip(noise, drawn[:, 0], strict=True):
        keys.generator(int(root)).standard_normal(out=own, dtype=x.dtype.type)
    noise *= (spec.std / tones.std).astype(x.dtype)
    noise += x
    return clipped(noise, tones)


KIND = Changing(Noise, change, draw)

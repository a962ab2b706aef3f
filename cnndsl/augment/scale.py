"""Scale: the image enlarged or made smaller about its middle, its size kept."""

from __future__ import annotations

import numpy as np

from cnndsl.augment._kind import Changing, Tones
from cnndsl.augment._warp import warp
from cnndsl.layers._kind import Array, Shape
from cnndsl.settings.augment import Scale


def draw(spec: Scale, _shape: Shape, images: int, rng: np.random.Generator) -> Array:
    """The factor."""
    return rng.uniform(1 - spec.by, 1 + spec.by, (images, 1))


def change(_spec: Scale, x: Array, drawn: Array, _tones: Tones) -> Array:
    return warp(x, np.eye(2) / drawn[:, :, np.newaxis])


KIND = Changing(Scale, change, draw)

"""MixUp: a weighted mean of two images (Zhang et al., 2018)."""

from __future__ import annotations

import numpy as np

from cnndsl.augment._kind import Mixing, column
from cnndsl.layers._kind import Array, Shape
from cnndsl.settings.augment import MixUp


def draw(spec: MixUp, _shape: Shape, images: int, rng: np.random.Generator) -> Array:
    """The share of the image itself."""
    return rng.beta(spec.alpha, spec.alpha, (images, 1))


def mix(_spec: MixUp, x: Array, others: Array, drawn: Array) -> tuple[Array, Array]:
    own = drawn[:, 0]
    return column(own, x.dtype) * x + column(1 - own, x.dtype) * others, own


KIND = Mixing(MixUp, mix, draw)

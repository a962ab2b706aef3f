"""Cutout: a square of zeros, its middle any pixel (DeVries and Taylor, 2017)."""

from __future__ import annotations

import numpy as np

from cnndsl.augment._kind import Changing, Tones
from cnndsl.augment._place import choose, inside
from cnndsl.layers._kind import Array, Shape
from cnndsl.settings.augment import Cutout


def draw(_spec: Cutout, shape: Shape, images: int, rng: np.random.Generator) -> Array:
    """Row and column of the middle."""
    return choose(rng.random((images, 2)), shape[1:])


def change(spec: Cutout, x: Array, drawn: Array, _tones: Tones) -> Array:
    tops, lefts = drawn.T.astype(np.intp) - spec.size // 2
    gone = inside(tops, lefts, spec.size, spec.size, *x.shape[2:])
    return np.where(gone, x.dtype.type(0), x)


KIND = Changing(Cutout, change, draw)

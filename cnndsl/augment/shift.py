"""Shift: the image moved by whole pixels, each distance as likely."""

from __future__ import annotations

import numpy as np

from cnndsl.augment._kind import Changing, Tones
from cnndsl.augment._place import windows
from cnndsl.layers._kind import Array, Shape
from cnndsl.settings.augment import Shift


def draw(spec: Shift, _shape: Shape, images: int, rng: np.random.Generator) -> Array:
    """How far down and how far to the right."""
    return rng.integers(-spec.pixels, spec.pixels, (images, 2), endpoint=True).astype(float)


def change(spec: Shift, x: Array, drawn: Array, _tones: Tones) -> Array:
    _, _, height, width = x.shape
    # Further than its own side an image is gone, however far.
    most = min(spec.pixels, height), min(spec.pixels, width)
    wide = np.pad(x, ((0, 0), (0, 0), *((side, side) for side in most)))
    tops, lefts = (side - np.clip(way, -side, side).astype(np.intp) for side, way in zip(most, drawn.T, strict=True))
    return windows(wide, tops, lefts, height, width)


KIND = Changing(Shift, change, draw)

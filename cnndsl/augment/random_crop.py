"""RandomCrop: a square window, each place that it fits in as likely."""

from __future__ import annotations

import numpy as np

from cnndsl.augment._kind import Changing, Tones
from cnndsl.augment._place import choose, windows
from cnndsl.layers._kind import Array, Shape, ShapeError
from cnndsl.settings.augment import RandomCrop


def out_shape(spec: RandomCrop, shape: Shape) -> Shape:
    channels, height, width = shape
    if spec.size > min(height, width):
        message = f"a square of {spec.size}x{spec.size} does not fit into an image of {height}x{width}"
        raise ShapeError(message, hint="a smaller square, or a `Pad` before it")
    return channels, spec.size, spec.size


def draw(spec: RandomCrop, shape: Shape, images: int, rng: np.random.Generator) -> Array:
    """Top row and left column."""
    _, height, width = shape
    return choose(rng.random((images, 2)), (height - spec.size + 1, width - spec.size + 1))


def change(spec: RandomCrop, x: Array, drawn: Array, _tones: Tones) -> Array:
    tops, lefts = drawn.T.astype(np.intp)
    return windows(x, tops, lefts, spec.size, spec.size)


KIND = Changing(RandomCrop, change, draw, out_shape)

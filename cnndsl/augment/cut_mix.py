"""CutMix: a rectangle of another image, in the same place (Yun et al., 2019)."""

from __future__ import annotations

import numpy as np

from cnndsl.augment._kind import Mixing
from cnndsl.augment._place import choose, inside
from cnndsl.layers._kind import Array, Shape
from cnndsl.settings.augment import CutMix


def draw(spec: CutMix, shape: Shape, images: int, rng: np.random.Generator) -> Array:
    """The rectangle's top row, left column, height and width."""
    sizes = np.floor(np.sqrt(1 - rng.beta(spec.alpha, spec.alpha, (images, 1))) * shape[1:])
    middles = choose(rng.random((images, 2)), shape[1:])
    return np.hstack([middles - sizes // 2, sizes])


def mix(_spec: CutMix, x: Array, others: Array, drawn: Array) -> tuple[Array, Array]:
    foreign = inside(*drawn.T.astype(np.intp), *x.shape[2:])
    own: Array = 1 - foreign.mean(axis=(1, 2, 3))
    return np.where(foreign, others, x), own


KIND = Mixing(CutMix, mix, draw)

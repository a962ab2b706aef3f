"""Images beside what operations make of them, as pictures."""

from __future__ import annotations

import numpy as np

from cnndsl.augment._kind import tones
from cnndsl.augment.epoch import augment, draw
from cnndsl.layers._kind import Array
from cnndsl.settings.augment import Operation


def preview(operations: tuple[Operation, ...], x: Array, mean: Array, std: Array, *, draws: int, seed: int) -> Array:
    """Pictures uint8 ``(N, 1 + draws, C, H, W)`` of images that were standardised: as they are, then each draw."""
    light, labels = tones(mean, std), np.zeros(len(x), np.int64)
    columns = [x]
    for number in range(1, draws + 1):
        drawn = draw(operations, x.shape[1:], len(x), (seed, "augment", number))
        columns.append(augment(operations, drawn, x, labels, light)[0])
    pixels = np.stack(columns, axis=1) * light.std + light.mean
    pictures: Array = np.rint(np.clip(pixels, 0, 1) * 255).astype(np.uint8)
    return pictures

"""FlipY: top and bottom exchanged."""

from __future__ import annotations

from cnndsl.augment._kind import Changing, Tones
from cnndsl.layers._kind import Array
from cnndsl.settings.augment import FlipY


def change(_spec: FlipY, x: Array, _drawn: Array, _tones: Tones) -> Array:
    return x[:, :, ::-1]


KIND = Changing(FlipY, change)

"""What is done to training images, a file a kind. Another kind is its file, its name here, and its spec in settings."""

from __future__ import annotations

from cnndsl.augment import (
    brightness,
    contrast,
    cut_mix,
    cutout,
    flip_x,
    flip_y,
    mix_up,
    noise,
    pad,
    random_crop,
    rotate,
    scale,
    shift,
)
from cnndsl.augment._kind import Kind

REGISTRY: tuple[Kind, ...] = (
    pad.KIND,
    random_crop.KIND,
    flip_x.KIND,
    flip_y.KIND,
    rotate.KIND,
    shift.KIND,
    scale.KIND,
    noise.KIND,
    cutout.KIND,
    brightness.KIND,
    contrast.KIND,
    mix_up.KIND,
    cut_mix.KIND,
)

_BY_SPEC = {kind.spec: kind for kind in REGISTRY}


def kind_of(operation: object) -> Kind:
    """The kind of a line of ``augment``."""
    return _BY_SPEC[type(operation)]

"""Operations, images and tones to try them on."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import attrs
import numpy as np
from hypothesis import strategies as st

from cnndsl.augment import REGISTRY, kind_of
from cnndsl.augment._kind import Changing, Mixing, Tones, tones
from cnndsl.augment.epoch import Drawn, augment, draw
from cnndsl.layers._kind import Array, ShapeError
from cnndsl.settings._fields import fields_of
from tests.settings.samples import specs

SHAPES = st.tuples(st.sampled_from((1, 3)), st.integers(1, 9), st.integers(1, 9))


def light(channels: int = 1) -> Tones:
    """Some tones, another for each channel."""
    return tones(np.linspace(0.3, 0.5, channels, dtype=np.float32), np.linspace(0.2, 0.3, channels, dtype=np.float32))


def images(count: int, shape: tuple[int, ...], seed: int = 0, dtype: Any = np.float32) -> Array:
    """Images between black and white, read-only as those of a split."""
    tone = light(shape[0])
    pixels = np.random.default_rng(seed).random((count, *shape))
    x: Array = (tone.black + pixels * (tone.white - tone.black)).astype(dtype)
    np.clip(x, tone.black, tone.white, out=x)
    x.flags.writeable = False
    return x


def labels(count: int) -> Array:
    """One of ten classes each."""
    return np.arange(count) % 10


def changed(operation: object, x: Array, *numbers: float) -> Array:
    """What a kind makes of every image if this is drawn for it."""
    kind = kind_of(operation)
    assert isinstance(kind, Changing)
    return kind.change(operation, x, np.tile(np.array(numbers, float), (len(x), 1)), light(x.shape[1]))


def mixed(operation: object, x: Array, others: Array, *numbers: float) -> tuple[Array, Array]:
    """What a kind makes of every image and another if this is drawn for it."""
    kind = kind_of(operation)
    assert isinstance(kind, Mixing)
    return kind.mix(operation, x, others, np.tile(np.array(numbers, float), (len(x), 1)))


def after(operations: tuple[Any, ...], x: Array, key: int = 0) -> tuple[Array, Array]:
    """A batch that is a whole epoch, after the operations."""
    drawn = draw(operations, x.shape[1:], len(x), key)
    return augment(operations, drawn, x, labels(len(x)), light(x.shape[1]))


def parts(drawn: tuple[Drawn, ...], first: int, last: int) -> tuple[Drawn, ...]:
    """What befalls some of the images."""
    return tuple(own.part(first, last) for own in drawn)


def sizes_small(cls: type) -> st.SearchStrategy[Any]:
    """Any value of a class whose sizes suit small images."""
    sizes = {name: st.integers(1, 6) for name in ("width", "size", "pixels") if name in fields_of(cls)}
    return specs(cls) if not sizes else st.builds(attrs.evolve, specs(cls), **sizes)


@st.composite
def applicable(draw_: st.DrawFn, *, mixing: bool = True) -> tuple[tuple[Any, ...], tuple[int, ...]]:
    """Up to four operations that images of a shape allow, and that shape."""
    shape = now = draw_(SHAPES)
    kinds = [kind for kind in REGISTRY if mixing or isinstance(kind, Changing)]
    chosen = []
    for kind in draw_(st.lists(st.sampled_from(kinds), min_size=1, max_size=4)):
        operation = draw_(sizes_small(kind.spec))
        with suppress(ShapeError):
            now = kind.out_shape(operation, now)
            chosen.append(operation)
    return tuple(chosen), shape

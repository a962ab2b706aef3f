"""The contract that every kind of augmentation keeps.

A kind is one file: what is drawn for an image, and what is done with it, as pure functions of the spec that a line of
``augment`` is read as. Images are ``(N, C, H, W)``, of any floating precision, and keep it; shapes leave the batch out.
What is drawn is a table ``(N, k)`` of float64, a row an image, so that an image's share of it can be cut out like its
labels. How often a kind is applied (``p``) is no concern of its file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from attrs import frozen

from cnndsl.layers._kind import Array, Shape


@frozen(eq=False)
class Tones:
    """How the numbers of an image stand to light, which is ``x * std + mean``: 0 is black, 1 is white.

    ``mean`` and ``std`` are ``(C, 1, 1)``, as are ``black`` and ``white``, the numbers of both.
    """

    mean: Array
    std: Array
    black: Array
    white: Array


def tones(mean: Array, std: Array) -> Tones:
    """The tones of images that were standardised with ``mean`` and ``std``, both ``(C,)``, in single precision."""
    mean, std = (np.reshape(given, (-1, 1, 1)) for given in (mean, std))
    # In double precision and rounded once, as the images were: so black and white are the very numbers of such pixels.
    wide = mean.astype(float), std.astype(float)
    black, white = (((light - wide[0]) / wide[1]).astype(mean.dtype) for light in (0.0, 1.0))
    return Tones(mean, std, black, white)


def draw_nothing(_spec: Any, _shape: Shape, images: int, _rng: np.random.Generator) -> Array:
    """The table of a kind that leaves nothing to chance: it has no columns."""
    return np.empty((images, 0))


def same_shape(_spec: Any, shape: Shape) -> Shape:
    """The shape rule of a kind that keeps it."""
    return shape


@frozen
class Changing:
    """A kind that makes a new image of each image alone.

    ``change(spec, x, drawn, tones)`` gives the new images; ``draw(spec, shape, images, rng)`` the table, ``shape``
    being that of an image before; ``out_shape(spec, shape)`` the shape after, or ``ShapeError`` with what is wrong.
    """

    spec: type
    change: Callable[[Any, Array, Array, Tones], Array]
    draw: Callable[[Any, Shape, int, np.random.Generator], Array] = draw_nothing
    out_shape: Callable[[Any, Shape], Shape] = same_shape


@frozen
class Mixing:
    """A kind that puts something of another image into each, and keeps the shape.

    ``mix(spec, x, others, drawn)`` gives the new images and, ``(N,)``, which share of each is still its own: that of
    its label.
    """

    spec: type
    mix: Callable[[Any, Array, Array, Array], tuple[Array, Array]]
    draw: Callable[[Any, Shape, int, np.random.Generator], Array]
    out_shape: Callable[[Any, Shape], Shape] = same_shape


Kind = Changing | Mixing


def column(values: Array, dtype: Any) -> Array:
    """One number an image, ``(N,)``, shaped to be multiplied with images, in their precision."""
    return values.astype(dtype).reshape(-1, 1, 1, 1)


def clipped(x: Array, tones: Tones) -> Array:
    """``x`` itself, what is darker than black or lighter than white made black or white."""
    return np.clip(x, tones.black, tones.white, out=x)

"""Each image, or each group of its channels, with mean 0 and variance 1: what LayerNorm and GroupNorm share.

A map is seen as ``(H, G, K, W*N)`` with ``K`` channels in each of ``G`` groups, a vector as a map of one pixel. The
statistics, ``(G, N)``, are repeated along the width once, so that every pass over the map has runs of ``W*N``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import frozen

from cnndsl.layers._fields import Real, real
from cnndsl.layers._kind import Array, Context, Shape


def epsilon() -> Any:
    """The ``eps`` of a normalisation."""
    return real("what is added to the variance before its root", Real(1e-12, 1), 1e-5)


@frozen(eq=False)
class Normalised:
    """Values with mean 0 and variance 1 in each group, in the shape of the input, and what they were multiplied by."""

    values: Array
    scaling: Array


def normalise(x: Array, groups: int, eps: float, ctx: Context) -> Normalised:
    """``(x - mean) / sqrt(variance + eps)``; the variance is that of the population."""
    runs = x.reshape(_shape(x, groups))
    values = np.subtract(runs, _means(x, groups), out=ctx.empty(runs.shape, x.dtype))
    squares = np.multiply(values, values, out=ctx.empty(runs.shape, x.dtype))
    scaling = 1 / np.sqrt(_means(squares.reshape(x.shape), groups) + eps)
    np.multiply(values, scaling, out=values)
    return Normalised(values.reshape(x.shape), scaling)


def normalise_gradient(normalised: Normalised, dy: Array, groups: int, ctx: Context) -> Array:
    """``dx``, where ``dy`` is the gradient of the normalised values."""
    shape = _shape(dy, groups)
    values = normalised.values.reshape(shape)
    products = np.multiply(dy.reshape(shape), values, out=ctx.empty(shape, dy.dtype))
    by_variance = np.multiply(values, _means(products.reshape(dy.shape), groups), out=products)
    dx = np.subtract(dy.reshape(shape), by_variance, out=ctx.empty(shape, dy.dtype))
    np.subtract(dx, _means(dy, groups), out=dx)
    np.multiply(dx, normalised.scaling, out=dx)
    return dx.reshape(dy.shape)


def _shape(x: Array, groups: int) -> Shape:
    """``(H, G, K, W*N)``."""
    height, channels, width, images = _as_map(x.shape)
    return height, groups, channels // groups, width * images


def _as_map(shape: Shape) -> Shape:
    return shape if len(shape) == 4 else (1, shape[0], 1, shape[1])


def _means(x: Array, groups: int) -> Array:
    """The mean of each group in each image, repeated along the width: ``(G, 1, W*N)``."""
    height, channels, width, images = _as_map(x.shape)
    each = channels // groups * width
    parts = x.reshape(height, groups, each, images)
    # A product with a row of ones: adding up short runs one by one would take several times as long.
    sums = np.add.reduce(np.matmul(np.full((1, each), 1 / (height * each), x.dtype), parts), axis=0)
    return np.tile(sums, (1, 1, width))

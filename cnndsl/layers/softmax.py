"""Softmax: positive values that sum to one over the classes (of a map: over the channels at each place).

Its backward is its own Jacobian, dx = y * (dy - sum(y * dy)); the fusion with cross-entropy is a rewrite elsewhere.
"""

from __future__ import annotations

import numpy as np

from cnndsl.layers._kind import Array, Context, LayerKind, Params, layer_spec, same_shape


@layer_spec
class Softmax:
    """exp(x) / sum(exp(x)), shifted by the maximum so that nothing overflows; the shape stays."""


def _class_axis(x: Array) -> int:
    return 0 if x.ndim == 2 else 1


def forward(
    _spec: Softmax, _params: Params, state: Params, xs: tuple[Array, ...], ctx: Context
) -> tuple[Array, Params, Array]:
    (x,) = xs
    axis = _class_axis(x)
    y = np.subtract(x, x.max(axis=axis, keepdims=True), out=ctx.like(x))
    np.exp(y, out=y)
    np.divide(y, y.sum(axis=axis, keepdims=True), out=y)
    return y, state, y


def backward(
    _spec: Softmax, _params: Params, y: Array, dy: Array, ctx: Context
) -> tuple[tuple[Array], dict[str, Array]]:
    product = np.multiply(y, dy, out=ctx.like(y))
    dx = np.subtract(dy, product.sum(axis=_class_axis(y), keepdims=True), out=ctx.like(y))
    np.multiply(dx, y, out=dx)
    return (dx,), {}


KIND = LayerKind(Softmax, same_shape, forward, backward, probabilities=True)

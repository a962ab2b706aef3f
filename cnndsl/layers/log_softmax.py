"""LogSoftmax: the logarithm of Softmax, taken without the Softmax: what is nearly 0 keeps its digits."""

from __future__ import annotations

import numpy as np

from cnndsl.layers._kind import Array, Context, LayerKind, Params, layer_spec, same_shape


@layer_spec
class LogSoftmax:
    """x - log(sum(exp(x))) over the classes (of a map: over the channels at each place); the shape stays."""


def _class_axis(x: Array) -> int:
    return 0 if x.ndim == 2 else 1


def forward(
    _spec: LogSoftmax, _params: Params, state: Params, xs: tuple[Array, ...], ctx: Context
) -> tuple[Array, Params, Array]:
    (x,) = xs
    axis = _class_axis(x)
    y = np.subtract(x, x.max(axis=axis, keepdims=True), out=ctx.like(x))
    powers = np.exp(y, out=ctx.like(x))
    np.subtract(y, np.log(powers.sum(axis=axis, keepdims=True)), out=y)
    return y, state, y


def backward(
    _spec: LogSoftmax, _params: Params, y: Array, dy: Array, ctx: Context
) -> tuple[tuple[Array], dict[str, Array]]:
    dx = np.exp(y, out=ctx.like(y))
    np.multiply(dx, dy.sum(axis=_class_axis(y), keepdims=True), out=dx)
    np.subtract(dy, dx, out=dx)
    return (dx,), {}


KIND = LayerKind(LogSoftmax, same_shape, forward, backward)

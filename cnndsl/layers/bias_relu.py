"""BiasReLU: max(x + b, 0), the bias and the activation of a convolution in one pass over memory.

Made by a rewrite, mostly to stand behind a max-pooling: adding a number and cutting at zero keep the order of values,
so they commute with a maximum bit for bit, and behind the pooling there are fewer values.
"""

from __future__ import annotations

from cnndsl.layers._bias import add_bias, bias_gradient
from cnndsl.layers._elementwise import positive_part, where_positive
from cnndsl.layers._kind import Array, Context, LayerKind, Params, Shape, Weight, layer_spec, same_shape


@layer_spec
class BiasReLU:
    """A learnt number per channel (per unit of a vector) is added, then negative values become zero."""


def weights(_spec: BiasReLU, shape: Shape) -> dict[str, Weight]:
    return {"b": Weight(shape[:1])}


def forward(
    _spec: BiasReLU, params: Params, state: Params, xs: tuple[Array, ...], ctx: Context
) -> tuple[Array, Params, Array]:
    (x,) = xs
    y = add_bias(x, params["b"], ctx.like(x), ctx)
    return positive_part(y, y, ctx), state, y


def backward(
    _spec: BiasReLU, _params: Params, y: Array, dy: Array, ctx: Context
) -> tuple[tuple[Array], dict[str, Array]]:
    dx = where_positive(y, dy, ctx)
    return (dx,), {"b": bias_gradient(dx, ctx)}


KIND = LayerKind(BiasReLU, same_shape, forward, backward, weights, internal=True, replayable=True)

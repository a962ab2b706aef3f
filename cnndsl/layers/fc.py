"""FC: a fully connected layer, y = W x + b. A map is flattened first, in C, H, W order."""

from __future__ import annotations

from math import prod

import numpy as np

from cnndsl.layers import _layout
from cnndsl.layers._bias import add_bias, bias_gradient
from cnndsl.layers._fields import count, flag, start
from cnndsl.layers._kind import Array, Context, LayerKind, Params, Shape, Weight, layer_spec


@layer_spec
class FC:
    """Every output is a weighted sum of all inputs: F -> out."""

    out: int = count("number of outputs")
    bias: bool = flag("add a learnt number per output", default=True)
    init: str | float = start()


def out_shape(spec: FC, _shape: Shape) -> Shape:
    return (spec.out,)


def weights(spec: FC, shape: Shape) -> dict[str, Weight]:
    inputs = prod(shape)
    matrix = Weight((spec.out, inputs), spec.init, inputs, spec.out)
    return {"W": matrix, "b": Weight((spec.out,))} if spec.bias else {"W": matrix}


def forward(
    spec: FC, params: Params, state: Params, xs: tuple[Array, ...], ctx: Context
) -> tuple[Array, Params, tuple[Array, Shape]]:
    (x,) = xs
    vector = x if x.ndim == 2 else _layout.flatten(x, ctx)
    y = ctx.empty((spec.out, vector.shape[1]), x.dtype)
    ctx.run(np.matmul, params["W"], vector, out=y)
    if spec.bias:
        add_bias(y, params["b"], y, ctx)
    return y, state, (vector, x.shape)


def backward(
    spec: FC, params: Params, residual: tuple[Array, Shape], dy: Array, ctx: Context
) -> tuple[tuple[Array | None], dict[str, Array]]:
    vector, shape = residual
    grads = {"W": np.empty((spec.out, len(vector)), dy.dtype)}
    ctx.run(np.matmul, dy, vector.T, out=grads["W"])
    if spec.bias:
        grads["b"] = bias_gradient(dy, ctx)
    if not ctx.wants_dx:
        return (None,), grads
    dvector = ctx.empty(vector.shape, dy.dtype)
    ctx.run(np.matmul, params["W"].T, dy, out=dvector)
    return (dvector if len(shape) == 2 else _layout.unflatten(dvector, shape, ctx),), grads


KIND = LayerKind(FC, out_shape, forward, backward, weights, replayable=True)

"""BatchNorm: each channel with mean 0 and variance 1 over the batch, then a learnt scale and bias.

Ioffe and Szegedy, "Batch normalization", 2015.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from attrs import frozen

from cnndsl.layers import _batch_norm as arithmetic
from cnndsl.layers._channels import as_rows
from cnndsl.layers._fields import Real, flag, real
from cnndsl.layers._kind import Array, Context, LayerKind, Params, Shape, Weight, layer_spec, same_shape
from cnndsl.layers._layout import dense
from cnndsl.layers._normal import epsilon


@layer_spec
class BatchNorm:
    """(x - mean) / sqrt(variance + eps) * scale + bias for each channel, or each unit of a vector; the shape stays.

    In training the mean and the variance are those of the batch, otherwise running ones: ``momentum`` is the share of
    the old value that stays at each step (ONNX, Keras; PyTorch's is one less this). The variance is that of the
    population everywhere. Without ``affine`` there is no scale and no bias.
    """

    momentum: float = real("share of the running statistics that a step keeps", Real(0, 1), 0.9)
    eps: float = epsilon()
    affine: bool = flag("learn a scale and a bias per channel", default=True)


class Normalising(Protocol):
    """A spec with the fields of :class:`BatchNorm`."""

    @property
    def momentum(self) -> float: ...
    @property
    def eps(self) -> float: ...
    @property
    def affine(self) -> bool: ...


@frozen(eq=False)
class Residual:
    """What the backward pass needs: rows ``(H, C, W*N)``, per channel ``(C,)``; ``output`` is there behind a ReLU.

    ``offset`` is what ``centred`` lacks to be centred around the mean of the batch, not of a part of it; ``count`` is
    that of the numbers behind the statistics, where these came from the batch.
    """

    centred: Array
    output: Array | None
    scaling: Array
    factor: Array
    offset: Array
    count: Array | None


def weights(spec: Normalising, shape: Shape) -> dict[str, Weight]:
    channels = shape[:1]
    learnt = {"scale": Weight(channels, "ones"), "bias": Weight(channels)} if spec.affine else {}
    return {**learnt, "mean": Weight(channels, trained=False), "var": Weight(channels, "ones", trained=False)}


def forward(
    spec: Normalising,
    params: Params,
    state: Params,
    xs: tuple[Array, ...],
    ctx: Context,
    *,
    relu: bool = False,
) -> tuple[Array, Params, Residual]:
    """With ``relu``, negative results become zero."""
    (x,) = xs
    run = ctx.run
    y = ctx.empty(x.shape, x.dtype)
    rows = as_rows(y)
    centred = ctx.like(rows)
    if ctx.train:
        seen = arithmetic.statistics(x, centred, ctx)
        var, offset = seen.var, seen.offset
        state = {name: _moved(spec, state[name], new, ctx) for name, new in (("mean", seen.mean), ("var", var))}
    else:
        seen, var, offset = None, state["var"], np.zeros_like(state["mean"])
        run(np.subtract, as_rows(dense(x, ctx)), arithmetic.spread(state["mean"], rows, ctx), out=centred)
    scaling = np.empty_like(var, x.dtype)
    run(np.add, var, x.dtype.type(spec.eps), out=scaling)
    run(np.sqrt, scaling, out=scaling)
    run(np.reciprocal, scaling, out=scaling)
    factor = np.empty_like(scaling)
    run(np.multiply, scaling, params["scale"] if spec.affine else x.dtype.type(1), out=factor)
    bias = np.empty_like(factor)
    run(np.multiply, factor, offset, out=bias)
    if spec.affine:
        run(np.add, bias, params["bias"], out=bias)
    arithmetic.apply(centred, factor, bias, rows, ctx, relu=relu)
    return y, state, Residual(centred, rows if relu else None, scaling, factor, offset, seen.count if seen else None)


def backward(
    spec: Normalising, _params: Params, residual: Residual, dy: Array, ctx: Context
) -> tuple[tuple[Array | None], dict[str, Array]]:
    run = ctx.run
    scaling, factor = residual.scaling, residual.factor
    dz, sums = arithmetic.products(as_rows(dense(dy, ctx)), residual.centred, residual.output, ctx)
    more, grads = np.empty_like(residual.offset), {}
    run(np.multiply, sums[0], residual.offset, out=more)
    run(np.add, sums[1], more, out=sums[1])
    if spec.affine:
        total, product = np.empty_like(sums)
        run(np.copyto, total, sums[0])
        run(np.multiply, sums[1], scaling, out=product)
        grads = {"scale": product, "bias": total}
    if not ctx.wants_dx:
        return (None,), grads
    factors = np.empty((3, *scaling.shape), dy.dtype)
    by_dz, by_value, shift = factors
    run(np.copyto, by_dz, factor)
    run(np.ndarray.fill, factors[1:], 0)
    if residual.count is not None:  # mean and variance depend on x too
        total, product = arithmetic.sum_of_parts(sums, ctx)
        run(np.multiply, product, scaling, out=product)
        run(np.multiply, product, scaling, out=product)
        for own, of in ((by_value, product), (shift, total)):
            run(np.multiply, of, factor, out=own)
            run(np.divide, own, residual.count, out=own)
            run(np.negative, own, out=own)
        run(np.multiply, by_value, residual.offset, out=more)
        run(np.add, shift, more, out=shift)
    dx = ctx.empty(dy.shape, dy.dtype)
    arithmetic.input_gradient(dz, residual.centred, factors, as_rows(dx), ctx)
    return (dx,), grads


def _moved(spec: Normalising, old: Array, new: Array, ctx: Context) -> Array:
    """``momentum*old + (1 - momentum)*new``, in new memory."""
    moved, share = np.empty_like(old), np.empty_like(old)
    ctx.run(np.multiply, old, old.dtype.type(spec.momentum), out=moved)
    ctx.run(np.multiply, new, old.dtype.type(1 - spec.momentum), out=share)
    ctx.run(np.add, moved, share, out=moved)
    return moved


KIND = LayerKind(BatchNorm, same_shape, forward, backward, weights, mixes_batch=True)

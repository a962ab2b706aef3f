"""BatchNorm: each channel with mean 0 and variance 1 over the batch, then a learnt scale and bias.

Ioffe and Szegedy, "Batch normalization", 2015.
"""

from __future__ import annotations

import numpy as np

from cnndsl.layers._channels import as_rows, channel_products, channel_sums
from cnndsl.layers._fields import Real, flag, real
from cnndsl.layers._kind import Array, Context, LayerKind, Params, Shape, Weight, layer_spec, same_shape
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


Residual = tuple[Array, Array, bool]


def weights(spec: BatchNorm, shape: Shape) -> dict[str, Weight]:
    channels = shape[:1]
    learnt = {"scale": Weight(channels, "ones"), "bias": Weight(channels)} if spec.affine else {}
    return {**learnt, "mean": Weight(channels, trained=False), "var": Weight(channels, "ones", trained=False)}


def forward(
    spec: BatchNorm, params: Params, state: Params, xs: tuple[Array, ...], ctx: Context
) -> tuple[Array, Params, Residual]:
    (x,) = xs
    rows = as_rows(x)
    count = rows.shape[0] * rows.shape[2]
    mean = channel_sums(rows) / count if ctx.train else state["mean"]
    centred = np.subtract(rows, mean[:, None], out=ctx.empty(rows.shape, x.dtype))
    var = channel_products(centred, centred) / count if ctx.train else state["var"]
    scaling = 1 / np.sqrt(var + spec.eps)
    y = ctx.like(x)
    y_rows = as_rows(y)
    np.multiply(centred, _factor(spec, params, scaling), out=y_rows)
    if spec.affine:
        np.add(y_rows, params["bias"][:, None], out=y_rows)
    if ctx.train:
        state = {"mean": _moved(spec, state["mean"], mean), "var": _moved(spec, state["var"], var)}
    return y, state, (centred, scaling, ctx.train)


def backward(
    spec: BatchNorm, params: Params, residual: Residual, dy: Array, ctx: Context
) -> tuple[tuple[Array | None], dict[str, Array]]:
    centred, scaling, trained = residual
    dy_rows = as_rows(dy)
    total, product = channel_sums(dy_rows), channel_products(dy_rows, centred)
    grads = {"scale": product * scaling, "bias": total} if spec.affine else {}
    if not ctx.wants_dx:
        return (None,), grads
    factor = _factor(spec, params, scaling)
    dx = ctx.like(dy)
    dx_rows = as_rows(dx)
    np.multiply(dy_rows, factor, out=dx_rows)
    if trained:  # the statistics depend on x too
        count = dy_rows.shape[0] * dy_rows.shape[2]
        by_variance = np.multiply(
            centred, factor * (product * scaling**2 / count)[:, None], out=ctx.empty(centred.shape, dy.dtype)
        )
        np.subtract(dx_rows, by_variance, out=dx_rows)
        np.subtract(dx_rows, factor * (total / count)[:, None], out=dx_rows)
    return (dx,), grads


def _factor(spec: BatchNorm, params: Params, scaling: Array) -> Array:
    """What a centred channel is multiplied by, ``(C, 1)``."""
    return (params["scale"] * scaling if spec.affine else scaling)[:, None]


def _moved(spec: BatchNorm, old: Array, new: Array) -> Array:
    return spec.momentum * old + (1 - spec.momentum) * new


KIND = LayerKind(BatchNorm, same_shape, forward, backward, weights, mixes_batch=True)

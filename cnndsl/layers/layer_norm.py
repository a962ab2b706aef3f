"""LayerNorm: each image with mean 0 and variance 1, then a learnt scale and bias for each of its values.

Ba, Kiros and Hinton, "Layer normalization", 2016.
"""

from __future__ import annotations

import numpy as np

from cnndsl.layers._fields import flag
from cnndsl.layers._kind import Array, Context, LayerKind, Params, Shape, Weight, layer_spec, same_shape
from cnndsl.layers._normal import Normalised, epsilon, normalise, normalise_gradient


@layer_spec
class LayerNorm:
    """(x - mean) / sqrt(variance + eps) * scale + bias over all C x H x W values of an image; the shape stays.

    Scale and bias have the shape of one image, as in PyTorch's ``LayerNorm((C, H, W))``; without ``affine`` there are
    none.
    """

    eps: float = epsilon()
    affine: bool = flag("learn a scale and a bias for each value of an image", default=True)


def weights(spec: LayerNorm, shape: Shape) -> dict[str, Weight]:
    return {"scale": Weight(shape, "ones"), "bias": Weight(shape)} if spec.affine else {}


def forward(
    spec: LayerNorm, params: Params, state: Params, xs: tuple[Array, ...], ctx: Context
) -> tuple[Array, Params, Normalised]:
    (x,) = xs
    normalised = normalise(x, 1, spec.eps, ctx)
    if not spec.affine:
        return normalised.values, state, normalised
    y = np.multiply(normalised.values, _each_image(params["scale"]), out=ctx.like(x))
    np.add(y, _each_image(params["bias"]), out=y)
    return y, state, normalised


def backward(
    spec: LayerNorm, params: Params, normalised: Normalised, dy: Array, ctx: Context
) -> tuple[tuple[Array | None], dict[str, Array]]:
    grads: dict[str, Array] = {}
    scaled = dy
    if spec.affine:
        product = np.multiply(dy, normalised.values, out=ctx.like(dy))
        grads = {"scale": _sum_of_images(product), "bias": _sum_of_images(dy)}
        scaled = np.multiply(dy, _each_image(params["scale"]), out=product)
    return (normalise_gradient(normalised, scaled, 1, ctx) if ctx.wants_dx else None,), grads


def _each_image(values: Array) -> Array:
    """``(C, H, W)`` as ``(H, C, W, 1)``, ``(F,)`` as ``(F, 1)``."""
    return (values.swapaxes(0, 1) if values.ndim == 3 else values)[..., None]


def _sum_of_images(values: Array) -> Array:
    total: Array = np.matmul(values, np.ones(values.shape[-1], values.dtype))
    return np.ascontiguousarray(total.swapaxes(0, 1)) if total.ndim == 3 else total


KIND = LayerKind(LayerNorm, same_shape, forward, backward, weights)

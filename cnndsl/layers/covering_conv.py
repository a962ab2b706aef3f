"""CoveringConv: a convolution whose kernel covers its whole input, which is a fully connected layer.

Made by a rewrite; its parameters are the convolution's own, ``W`` ``(O, C, H, W)`` and ``b``. There is one window, so
stride plays no part and the output is a 1x1 map.
"""

from __future__ import annotations

from functools import cache

from cnndsl.layers import fc
from cnndsl.layers._fields import count, flag
from cnndsl.layers._kind import Array, Context, LayerKind, Params, Shape, Weight, as_map, layer_spec
from cnndsl.layers._layout import dense


@layer_spec
class CoveringConv:
    """C x H x W -> out x 1 x 1, with a kernel of H x W."""

    out: int = count("number of filters")
    bias: bool = flag("add a learnt number per filter", default=True)


def out_shape(spec: CoveringConv, shape: Shape) -> Shape:
    as_map(spec, shape)
    return spec.out, 1, 1


def weights(spec: CoveringConv, shape: Shape) -> dict[str, Weight]:
    flat = fc.weights(_as_fc(spec), shape)
    kernels = flat["W"]
    return {**flat, "W": Weight((spec.out, *shape), kernels.init, kernels.fan_in, kernels.fan_out)}


def forward(
    spec: CoveringConv, params: Params, state: Params, xs: tuple[Array, ...], ctx: Context
) -> tuple[Array, Params, tuple[Array, Shape]]:
    y, state, residual = fc.forward(_as_fc(spec), _flat(params), state, xs, ctx)
    return y.reshape(1, spec.out, 1, -1), state, residual


def backward(
    spec: CoveringConv, params: Params, residual: tuple[Array, Shape], dy: Array, ctx: Context
) -> tuple[tuple[Array | None], dict[str, Array]]:
    dxs, grads = fc.backward(_as_fc(spec), _flat(params), residual, dense(dy, ctx).reshape(spec.out, -1), ctx)
    return dxs, {**grads, "W": grads["W"].reshape(params["W"].shape)}


@cache
def _as_fc(spec: CoveringConv) -> fc.FC:
    return fc.FC(spec.out, bias=spec.bias)


def _flat(params: Params) -> Params:
    return {**params, "W": params["W"].reshape(params["W"].shape[0], -1)}


KIND = LayerKind(CoveringConv, out_shape, forward, backward, weights, internal=True, replayable=True)

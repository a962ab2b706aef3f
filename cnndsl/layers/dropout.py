"""Dropout: in training each value is dropped with probability ``p``, and what stays is scaled up (Srivastava, 2014)."""

from __future__ import annotations

import numpy as np

from cnndsl.layers._dropping import kept, share
from cnndsl.layers._kind import Array, Context, LayerKind, Params, layer_spec, same_shape


@layer_spec
class Dropout:
    """Zero with probability ``p``, else x / (1 - p), in training; x as it is otherwise. The shape stays.

    ``p`` is the share that is dropped, so the mean stays.
    """

    p: float = share()


def forward(
    spec: Dropout, _params: Params, state: Params, xs: tuple[Array, ...], ctx: Context
) -> tuple[Array, Params, Array | None]:
    (x,) = xs
    if not ctx.train:
        return x, state, None
    mask = kept(spec.p, x.shape, x, ctx)
    return np.multiply(x, mask, out=ctx.like(x)), state, mask


def backward(
    _spec: Dropout, _params: Params, mask: Array | None, dy: Array, ctx: Context
) -> tuple[tuple[Array], dict[str, Array]]:
    return (dy if mask is None else np.multiply(dy, mask, out=ctx.like(dy)),), {}


KIND = LayerKind(Dropout, same_shape, forward, backward, random=True)

"""Identity: its input as it is; a place for a label, or the empty path of a branch."""

from __future__ import annotations

from cnndsl.layers._kind import Array, Context, LayerKind, Params, layer_spec, same_shape


@layer_spec
class Identity:
    """Values and shape stay."""


def forward(
    _spec: Identity, _params: Params, state: Params, xs: tuple[Array, ...], _ctx: Context
) -> tuple[Array, Params, None]:
    return xs[0], state, None


def backward(
    _spec: Identity, _params: Params, _residual: None, dy: Array, _ctx: Context
) -> tuple[tuple[Array], dict[str, Array]]:
    return (dy,), {}


KIND = LayerKind(Identity, same_shape, forward, backward, replayable=True)

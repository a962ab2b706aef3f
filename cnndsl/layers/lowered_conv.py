"""LoweredConv: a convolution for which a plan has chosen how it is computed; made by a rewrite."""

from __future__ import annotations

from cnndsl.layers import conv
from cnndsl.layers._engines import LOWERINGS
from cnndsl.layers._fields import word
from cnndsl.layers._kind import LayerKind, layer_spec
from cnndsl.layers.conv import Conv


@layer_spec
class LoweredConv(Conv):
    """As :class:`cnndsl.layers.conv.Conv`, computed as ``lowering`` names it wherever that can be done."""

    lowering: str = word("how it is computed", *LOWERINGS)


KIND = LayerKind(LoweredConv, conv.out_shape, conv.forward, conv.backward, conv.weights, internal=True, replayable=True)

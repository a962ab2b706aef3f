"""BatchNormReLU: max(BatchNorm(x), 0), a normalisation and the activation behind it as one layer; made by a rewrite."""

from __future__ import annotations

from functools import partial

from cnndsl.layers import batch_norm
from cnndsl.layers._fields import Real, flag, real
from cnndsl.layers._kind import LayerKind, layer_spec, same_shape
from cnndsl.layers._normal import epsilon


@layer_spec
class BatchNormReLU:
    """As :class:`cnndsl.layers.batch_norm.BatchNorm`; then negative values become zero."""

    momentum: float = real("share of the running statistics that a step keeps", Real(0, 1), 0.9)
    eps: float = epsilon()
    affine: bool = flag("learn a scale and a bias per channel", default=True)


KIND = LayerKind(
    BatchNormReLU,
    same_shape,
    partial(batch_norm.forward, relu=True),
    batch_norm.backward,
    batch_norm.weights,
    mixes_batch=True,
    internal=True,
)

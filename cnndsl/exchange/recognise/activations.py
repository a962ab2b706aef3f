"""Activations, and the two softmaxes."""

from __future__ import annotations

from functools import partial

from cnndsl.exchange.recognise._use import Layer, UnsupportedError, Use, reads, shortest
from cnndsl.exchange.translate.activations import SAME
from cnndsl.layers.gelu import GELU
from cnndsl.layers.leaky_relu import LeakyReLU
from cnndsl.layers.log_softmax import LogSoftmax
from cnndsl.layers.silu import SiLU
from cnndsl.layers.softmax import Softmax

# Attributes that have to be what the layer's formula has.
_FIXED: dict[str, dict[str, float]] = {"Elu": {"alpha": 1.0}, "Selu": {"alpha": 1.6732632, "gamma": 1.0507010}}
_OF_ONE_AXIS = 13  # the version from which a softmax is over one axis, and not over all from one on


def _same(kind: type, use: Use) -> tuple[Layer, ...]:
    use.expect(**_FIXED.get(use.operator.kind, {}))
    return (Layer(kind()),)


for _kind, _operator in SAME.items():
    reads(_operator)(partial(_same, _kind))


@reads("LeakyRelu")
def _leaky_relu(use: Use) -> tuple[Layer, ...]:
    return (Layer(LeakyReLU(shortest(use.operator.number("alpha", 0.01)))),)


@reads("Gelu")
def _gelu(use: Use) -> tuple[Layer, ...]:
    return (Layer(GELU(approximate=use.operator.word("approximate", "none"))),)


@reads("Swish")
def _swish(use: Use) -> tuple[Layer, ...]:
    use.expect(alpha=1.0)
    return (Layer(SiLU()),)


@reads("Softmax")
def _softmax(use: Use) -> tuple[Layer, ...]:
    _over_classes(use)
    return (Layer(Softmax()),)


@reads("LogSoftmax")
def _log_softmax(use: Use) -> tuple[Layer, ...]:
    _over_classes(use)
    return (Layer(LogSoftmax()),)


def _over_classes(use: Use) -> None:
    is_new = use.opset >= _OF_ONE_AXIS
    axis = use.axis(-1 if is_new else 1)
    if axis != 1 or not (is_new or len(use.shape) == 1):
        raise UnsupportedError(f"it is over axis {axis}{'' if is_new else ' and all behind'}, and not over the classes")

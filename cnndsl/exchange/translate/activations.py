"""Activations, and the two softmaxes: a function of each value, or of the classes."""

from __future__ import annotations

from functools import partial
from typing import Any

from cnndsl.exchange.calls import Call, Site, call
from cnndsl.exchange.translate._verb import translate
from cnndsl.layers.elu import ELU
from cnndsl.layers.gelu import GELU
from cnndsl.layers.hard_swish import HardSwish
from cnndsl.layers.leaky_relu import LeakyReLU
from cnndsl.layers.log_softmax import LogSoftmax
from cnndsl.layers.mish import Mish
from cnndsl.layers.relu import ReLU
from cnndsl.layers.selu import SELU
from cnndsl.layers.sigmoid import Sigmoid
from cnndsl.layers.silu import SiLU
from cnndsl.layers.softmax import Softmax
from cnndsl.layers.softplus import Softplus
from cnndsl.layers.tanh import Tanh

#: Kinds whose formula is that of one operator with its default attributes.
SAME: dict[type, str] = {
    ReLU: "Relu",
    ELU: "Elu",
    SELU: "Selu",
    Sigmoid: "Sigmoid",
    Tanh: "Tanh",
    HardSwish: "HardSwish",
    Softplus: "Softplus",
    Mish: "Mish",
}


def _same(operator: str, _spec: Any, site: Site) -> Call:
    return call(operator, site.x)


for _kind, _operator in SAME.items():
    translate.register(_kind, partial(_same, _operator))


@translate.register
def _(spec: LeakyReLU, site: Site) -> Call:
    return call("LeakyRelu", site.x, alpha=spec.slope)


@translate.register
def _(spec: GELU, site: Site) -> Call:
    return call("Gelu", site.x, approximate=spec.approximate)


@translate.register
def _(_spec: SiLU, site: Site) -> Call:
    return call("Mul", site.x, call("Sigmoid", site.x))


@translate.register
def _(_spec: Softmax, site: Site) -> Call:
    return call("Softmax", site.x, axis=1)


@translate.register
def _(_spec: LogSoftmax, site: Site) -> Call:
    return call("LogSoftmax", site.x, axis=1)

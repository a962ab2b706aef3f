"""What each layer computes, as its textbook formula in the outer layout ``(N, C, H, W)``: no speed, no shared code."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from cnndsl.layers._kind import Array, Params
from tests.layers.references import average, convolve, pool, spread


class Call(NamedTuple):
    """What a layer is given, in the outer layout."""

    spec: Any
    params: Params
    state: Params
    xs: tuple[Any, ...]
    train: bool

    @property
    def x(self) -> Any:
        (x,) = self.xs
        return x


Formula = Callable[[Call], Array]


def each(function: Callable[[Any, float], float]) -> Formula:
    """A function of the spec and of one number, number by number."""
    return lambda call: np.array([function(call.spec, value) for value in call.x.ravel().tolist()]).reshape(
        call.x.shape
    )


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > 0 else math.exp(x) / (1 + math.exp(x))


def _softplus(x: float) -> float:
    return max(x, 0) + math.log1p(math.exp(-abs(x)))


def _gelu(spec: Any, x: float) -> float:
    if spec.approximate == "tanh":
        # (1 + tanh(z)) / 2, which loses the digits of what is nearly 0
        return x * sigmoid(2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))
    return x * math.erfc(-x / math.sqrt(2)) / 2


def _selu(_spec: Any, x: float) -> float:
    scale, alpha = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717
    return scale * (x if x > 0 else alpha * math.expm1(x))


def _bias(call: Call, count: int) -> Array:
    return call.params.get("b", np.zeros(count))


def _conv(call: Call) -> Array:
    weight = call.params["W"]
    return convolve(call.spec, weight, _bias(call, len(weight)), call.x)


def _conv_transpose(call: Call) -> Array:
    return spread(call.spec, call.params["W"], _bias(call, call.spec.out), call.x)


def _covering(call: Call) -> Array:
    products = call.params["W"][None] * call.x[:, None]
    return (products.sum(axis=(2, 3, 4)) + _bias(call, call.spec.out))[:, :, None, None]


def _fc(call: Call) -> Array:
    return call.x.reshape(len(call.x), -1) @ call.params["W"].T + _bias(call, call.spec.out)


def _pool(call: Call) -> Array:
    return pool(call.spec, call.x) if call.spec.mode == "max" else average(call.spec, call.x)


def _channels(values: Array, x: Array) -> Array:
    return values.reshape(1, -1, *[1] * (x.ndim - 2))


def _gated(xs: tuple[Array, ...]) -> list[Array]:
    rank = max(x.ndim for x in xs)
    return [x if x.ndim == rank else x[:, :, None, None] for x in xs]


def _affine(call: Call, normal: Array, as_x: Callable[[Array], Array]) -> Array:
    return normal * as_x(call.params["scale"]) + as_x(call.params["bias"]) if call.spec.affine else normal


def _batch_norm(call: Call) -> Array:
    x, axes = call.x, (0, *range(2, call.x.ndim))
    mean = x.mean(axes) if call.train else call.state["mean"]
    var = x.var(axes) if call.train else call.state["var"]
    normal = (x - _channels(mean, x)) / np.sqrt(_channels(var, x) + call.spec.eps)
    return _affine(call, normal, lambda values: _channels(values, x))


def _normal(x: Array, eps: float) -> Array:
    """One image, or one group of its channels."""
    return (x - x.mean()) / np.sqrt(x.var() + eps)


def _layer_norm(call: Call) -> Array:
    normal = np.stack([_normal(image, call.spec.eps) for image in call.x])
    return _affine(call, normal, lambda values: values)


def _group_norm(call: Call) -> Array:
    groups = [[_normal(part, call.spec.eps) for part in np.split(image, call.spec.groups)] for image in call.x]
    normal = np.stack([np.concatenate(parts) for parts in groups])
    return _affine(call, normal, lambda values: _channels(values, call.x))


def _softmax(call: Call) -> Array:
    powers = np.exp(call.x)
    return powers / powers.sum(axis=1, keepdims=True)


def _upsample(call: Call) -> Array:
    mode, (tall, wide) = call.spec.mode, call.spec.factor
    images, channels, height, width = call.x.shape
    y = np.empty((images, channels, height * tall, width * wide))
    for row, column in np.ndindex(y.shape[2:]):
        y[:, :, row, column] = sum(
            share_down * share_across * call.x[:, :, source_row, source_column]
            for source_row, share_down in _sources(mode, row, tall, height)
            for source_column, share_across in _sources(mode, column, wide, width)
        )
    return y


def _sources(mode: str, output: int, factor: int, length: int) -> list[tuple[int, float]]:
    """The pixels that make one of the output, and their shares."""
    if mode == "nearest":
        return [(output // factor, 1.0)]
    centre = (output + 0.5) / factor - 0.5
    before = math.floor(centre)
    share = centre - before
    return [(min(max(before, 0), length - 1), 1 - share), (min(max(before + 1, 0), length - 1), share)]


def _pad(call: Call) -> Array:
    (ph, pw) = call.spec.pad
    return np.pad(call.x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))


def _shuffle(call: Call) -> Array:
    groups = np.split(call.x, call.spec.groups, axis=1)
    return np.stack([group[:, index] for index in range(groups[0].shape[1]) for group in groups], axis=1)


#: By the name of the kind. What drops values at random has no formula in training.
FORMULAS: dict[str, Formula] = {
    "Conv": _conv,
    "DWConv": _conv,
    "ConvTranspose": _conv_transpose,
    "CoveringConv": _covering,
    "FC": _fc,
    "Pool": _pool,
    "AvgPool": lambda call: average(call.spec, call.x),
    "GlobalAvgPool": lambda call: call.x.mean((2, 3)),
    "GlobalMaxPool": lambda call: call.x.max((2, 3)),
    "ReLU": each(lambda _, x: max(x, 0)),
    "LeakyReLU": each(lambda spec, x: x if x > 0 else spec.slope * x),
    "ELU": each(lambda _, x: x if x > 0 else math.expm1(x)),
    "SELU": each(_selu),
    "GELU": each(_gelu),
    "SiLU": each(lambda _, x: x * sigmoid(x)),
    "Mish": each(lambda _, x: x * math.tanh(_softplus(x))),
    "Sigmoid": each(lambda _, x: sigmoid(x)),
    "Tanh": each(lambda _, x: math.tanh(x)),
    "HardSwish": each(lambda _, x: x * min(max(x + 3, 0), 6) / 6),
    "Softplus": each(lambda _, x: _softplus(x)),
    "BiasReLU": lambda call: np.maximum(call.x + _channels(call.params["b"], call.x), 0),
    "BatchNorm": _batch_norm,
    "LayerNorm": _layer_norm,
    "GroupNorm": _group_norm,
    "Scale": lambda call: call.x * _channels(call.params["scale"], call.x),
    "Dropout": lambda call: call.x,
    "Dropout2d": lambda call: call.x,
    "Flatten": lambda call: call.x.reshape(len(call.x), -1),
    "Identity": lambda call: call.x,
    "Upsample": _upsample,
    "Pad": _pad,
    "ChannelShuffle": _shuffle,
    "Add": lambda call: sum(call.xs),
    "Multiply": lambda call: math.prod(_gated(call.xs)),
    "Concat": lambda call: np.concatenate(call.xs, axis=1),
    "Softmax": _softmax,
    "LogSoftmax": lambda call: np.log(_softmax(call)),
}

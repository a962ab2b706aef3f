"""The same network in JAX: pure functions over the same parameters, ``{layer path: {name: array}}``, to be jitted.

XLA compiles a whole step at once, so how the layers are called from Python does not matter. Padding as in
:mod:`benchmarks.torch_twin`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from attrs import frozen
from jax import lax

from benchmarks.nets import Net
from cnndsl.language.graph import INPUT, Node
from cnndsl.layers import kind_of
from cnndsl.layers._window import window_of

Array = Any  # a traced one
Values = dict[str, Any]


@frozen
class Mode:
    """Where the channels are, whether it is training, and the key of what is drawn."""

    channels_last: bool
    train: bool
    key: Array = None

    @property
    def channels(self) -> int:
        """Axis of the channels in a map."""
        return 3 if self.channels_last else 1

    @property
    def pixels(self) -> tuple[int, int]:
        """Axes of rows and columns."""
        return (1, 2) if self.channels_last else (2, 3)


def apply(net: Net, params: Any, state: Any, x: Array, mode: Mode, *, softmax: bool) -> tuple[Array, Values]:
    """Output ``(N, F)`` and new state; ``x`` is in the layout of ``mode``."""
    values, new_state = {INPUT: x}, dict(state)
    nodes = net.graph().nodes
    for number, node in enumerate(nodes):
        name = kind_of(node.spec).name
        xs = [values[path] for path in node.inputs]
        if name == "BatchNorm" and mode.train:
            values[node.path], new_state[node.path] = _normalise(node, params[node.path], state[node.path], xs[0], mode)
        elif name == "BatchNorm":
            values[node.path] = _scaled(node, params[node.path], xs[0], state[node.path], mode)
        elif name == "Dropout" and mode.train:
            kept = jax.random.bernoulli(jax.random.fold_in(mode.key, number), 1 - node.spec.p, xs[0].shape)  # type: ignore[attr-defined]
            values[node.path] = jnp.where(kept, xs[0] / (1 - node.spec.p), 0)  # type: ignore[attr-defined]
        elif name == "Softmax" and not softmax:
            values[node.path] = xs[0]
        else:
            values[node.path] = _LAYERS[name](node, params.get(node.path, {}), xs, mode)
    return values[nodes[-1].path], new_state


def _conv(node: Node, params: Values, xs: list[Array], mode: Mode) -> Array:
    spec: Any = node.spec
    channels, *size = node.in_shapes[0]
    dilation = getattr(spec, "dilation", (1, 1))
    window = window_of(spec, tuple(size), dilation)
    pads = [-(-(framed - length) // 2) for framed, length in zip(window.framed, window.size, strict=True)]
    layout = "NHWC" if mode.channels_last else "NCHW"
    y = lax.conv_general_dilated(
        xs[0],
        params["W"],
        spec.stride,
        [(pad, pad) for pad in pads],
        rhs_dilation=dilation,
        dimension_numbers=(layout, "OIHW", layout),
        feature_group_count=getattr(spec, "groups", channels),
    )
    return y + _along(params["b"], mode) if spec.bias else y


def _linear(node: Node, params: Values, xs: list[Array], mode: Mode) -> Array:
    y = _flatten(node, params, xs, mode) @ params["W"].T
    return y + params["b"] if "b" in params else y


def _flatten(_node: Node, _params: Values, xs: list[Array], mode: Mode) -> Array:
    (x,) = xs
    x = jnp.moveaxis(x, 3, 1) if x.ndim == 4 and mode.channels_last else x
    return x.reshape(len(x), -1)


def _pool(node: Node, _params: Values, xs: list[Array], mode: Mode) -> Array:
    spec: Any = node.spec
    kernel, stride = (_on_maps(of, 1, mode) for of in (spec.kernel, spec.stride))
    rows, columns = spec.pad
    pads = _on_maps(((rows, rows), (columns, columns)), (0, 0), mode)
    return lax.reduce_window(xs[0], -jnp.inf, lax.max, kernel, stride, pads)


def _normalise(node: Node, params: Values, state: Values, x: Array, mode: Mode) -> tuple[Array, Values]:
    spec: Any = node.spec
    axes = (0, *mode.pixels)
    mean, var = x.mean(axes), x.var(axes)
    count = x.size // x.shape[mode.channels]
    seen = {"mean": mean, "var": var * count / (count - 1)}
    moved = {name: spec.momentum * state[name] + (1 - spec.momentum) * seen[name] for name in seen}
    return _scaled(node, params, x, {"mean": mean, "var": var}, mode), moved


def _scaled(node: Node, params: Values, x: Array, moments: Values, mode: Mode) -> Array:
    spec: Any = node.spec
    factor = params["scale"] * lax.rsqrt(moments["var"] + spec.eps)
    return x * _along(factor, mode) + _along(params["bias"] - moments["mean"] * factor, mode)


def _on_maps(of_pixels: tuple[Any, Any], otherwise: Any, mode: Mode) -> tuple[Any, ...]:
    """What is for rows and columns, for all four axes of a map."""
    before, after = (1, 1) if mode.channels_last else (2, 0)
    return (*[otherwise] * before, *of_pixels, *[otherwise] * after)


def _along(vector: Array, mode: Mode) -> Array:
    """A number a channel, as maps have it."""
    return vector if mode.channels_last else vector[:, None, None]


_Layer = Callable[[Node, Values, list[Array], Mode], Array]
_LAYERS: dict[str, _Layer] = {
    "Conv": _conv,
    "DWConv": _conv,
    "FC": _linear,
    "Pool": _pool,
    "Flatten": _flatten,
    "ReLU": lambda _node, _params, xs, _mode: jax.nn.relu(xs[0]),
    "Dropout": lambda _node, _params, xs, _mode: xs[0],
    "GlobalAvgPool": lambda _node, _params, xs, mode: xs[0].mean(mode.pixels),
    "Softmax": lambda _node, _params, xs, _mode: jax.nn.softmax(xs[0]),
    "Add": lambda _node, _params, xs, _mode: sum(xs[1:], start=xs[0]),
    "Concat": lambda _node, _params, xs, mode: jnp.concatenate(xs, mode.channels),
}


def step_of(net: Net, *, channels_last: bool, rate: float = 1e-3) -> Callable[..., Any]:
    """A compiled ``(params, state, x, labels, key) -> params, state, loss`` that takes the memory of its first two."""

    def loss_of(params: Any, state: Any, x: Array, labels: Array, key: Array) -> tuple[Array, Values]:
        scores, state = apply(net, params, state, x, Mode(channels_last, train=True, key=key), softmax=False)
        return -jnp.take_along_axis(jax.nn.log_softmax(scores), labels[:, None], 1).mean(), state

    @partial(jax.jit, donate_argnums=(0, 1))
    def step(params: Any, state: Any, x: Array, labels: Array, key: Array) -> tuple[Any, Any, Array]:
        (loss, state), grads = jax.value_and_grad(loss_of, has_aux=True)(params, state, x, labels, key)
        return jax.tree.map(lambda value, grad: value - rate * grad, params, grads), state, loss

    return step  # type: ignore[no-any-return]


def inference_of(net: Net, *, channels_last: bool) -> Callable[..., Any]:
    """A compiled ``(params, state, x) -> probabilities``."""
    mode = Mode(channels_last, train=False)
    return jax.jit(lambda params, state, x: apply(net, params, state, x, mode, softmax=True)[0])  # type: ignore[no-any-return]

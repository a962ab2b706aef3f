"""The same network in JAX: pure functions over the same parameters, ``{layer path: {name: array}}``, to be jitted.

Maps are ``(N, H, W, C)``, as XLA computes convolutions on a CPU. It compiles a whole step at once, so how the layers
are called from Python does not matter. Padding as in :mod:`benchmarks.torch_twin`.
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
_PIXELS, _CHANNELS = (1, 2), 3
_ALL_BUT_CHANNELS = (0, *_PIXELS)


@frozen
class Mode:
    """Whether it is training, and the key of what is drawn then."""

    train: bool
    key: Array = None


def apply(net: Net, params: Any, state: Any, x: Array, mode: Mode, *, softmax: bool) -> tuple[Array, Values]:
    """Output ``(N, F)`` and new state of images ``(N, H, W, C)``."""
    values, new_state = {INPUT: x}, dict(state)
    nodes = net.graph().nodes
    for number, node in enumerate(nodes):
        name = kind_of(node.spec).name
        xs = [values[path] for path in node.inputs]
        if name == "BatchNorm" and mode.train:
            values[node.path], new_state[node.path] = _normalise(node, params[node.path], state[node.path], xs[0])
        elif name == "BatchNorm":
            values[node.path] = _scaled(node, params[node.path], xs[0], state[node.path])
        elif name == "Dropout" and mode.train:
            kept = jax.random.bernoulli(jax.random.fold_in(mode.key, number), 1 - node.spec.p, xs[0].shape)  # type: ignore[attr-defined]
            values[node.path] = jnp.where(kept, xs[0] / (1 - node.spec.p), 0)  # type: ignore[attr-defined]
        elif name == "Softmax" and not softmax:
            values[node.path] = xs[0]
        else:
            values[node.path] = _LAYERS[name](node, params.get(node.path, {}), xs)
    return values[nodes[-1].path], new_state


def _conv(node: Node, params: Values, xs: list[Array]) -> Array:
    spec: Any = node.spec
    channels, *size = node.in_shapes[0]
    dilation = getattr(spec, "dilation", (1, 1))
    window = window_of(spec, tuple(size), dilation)
    pads = [-(-(framed - length) // 2) for framed, length in zip(window.framed, window.size, strict=True)]
    y = lax.conv_general_dilated(
        xs[0],
        params["W"],
        spec.stride,
        [(pad, pad) for pad in pads],
        rhs_dilation=dilation,
        dimension_numbers=("NHWC", "OIHW", "NHWC"),
        feature_group_count=getattr(spec, "groups", channels),
    )
    return y + params["b"] if spec.bias else y


def _linear(node: Node, params: Values, xs: list[Array]) -> Array:
    y = _flatten(node, params, xs) @ params["W"].T
    return y + params["b"] if "b" in params else y


def _flatten(_node: Node, _params: Values, xs: list[Array]) -> Array:
    (x,) = xs
    return (jnp.moveaxis(x, 3, 1) if x.ndim == 4 else x).reshape(len(x), -1)


def _pool(node: Node, _params: Values, xs: list[Array]) -> Array:
    spec: Any = node.spec
    pads = [(0, 0), *((pad, pad) for pad in spec.pad), (0, 0)]
    return lax.reduce_window(xs[0], -jnp.inf, lax.max, (1, *spec.kernel, 1), (1, *spec.stride, 1), pads)


def _normalise(node: Node, params: Values, state: Values, x: Array) -> tuple[Array, Values]:
    spec: Any = node.spec
    seen = {"mean": x.mean(_ALL_BUT_CHANNELS), "var": x.var(_ALL_BUT_CHANNELS)}
    moved = {name: spec.momentum * state[name] + (1 - spec.momentum) * seen[name] for name in seen}
    return _scaled(node, params, x, seen), moved


def _scaled(node: Node, params: Values, x: Array, moments: Values) -> Array:
    spec: Any = node.spec
    factor = params["scale"] * lax.rsqrt(moments["var"] + spec.eps)
    return x * factor + (params["bias"] - moments["mean"] * factor)


_Layer = Callable[[Node, Values, list[Array]], Array]
_LAYERS: dict[str, _Layer] = {
    "Conv": _conv,
    "DWConv": _conv,
    "FC": _linear,
    "Pool": _pool,
    "Flatten": _flatten,
    "ReLU": lambda _node, _params, xs: jax.nn.relu(xs[0]),
    "Dropout": lambda _node, _params, xs: xs[0],
    "GlobalAvgPool": lambda _node, _params, xs: xs[0].mean(_PIXELS),
    "Softmax": lambda _node, _params, xs: jax.nn.softmax(xs[0]),
    "Add": lambda _node, _params, xs: sum(xs[1:], start=xs[0]),
    "Concat": lambda _node, _params, xs: jnp.concatenate(xs, _CHANNELS),
}


def step_of(net: Net, rate: float = 1e-3) -> Callable[..., Any]:
    """A compiled ``(params, state, x, labels, key) -> params, state, loss`` that takes the memory of its first two."""

    def loss_of(params: Any, state: Any, x: Array, labels: Array, key: Array) -> tuple[Array, Values]:
        scores, state = apply(net, params, state, x, Mode(train=True, key=key), softmax=False)
        return -jnp.take_along_axis(jax.nn.log_softmax(scores), labels[:, None], 1).mean(), state

    @partial(jax.jit, donate_argnums=(0, 1))
    def step(params: Any, state: Any, x: Array, labels: Array, key: Array) -> tuple[Any, Any, Array]:
        (loss, state), grads = jax.value_and_grad(loss_of, has_aux=True)(params, state, x, labels, key)
        return jax.tree.map(lambda value, grad: value - rate * grad, params, grads), state, loss

    return step  # type: ignore[no-any-return]


def inference_of(net: Net) -> Callable[..., Any]:
    """A compiled ``(params, state, x) -> probabilities``."""
    mode = Mode(train=False)
    return jax.jit(lambda params, state, x: apply(net, params, state, x, mode, softmax=True)[0])  # type: ignore[no-any-return]

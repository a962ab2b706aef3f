"""JAX's side: steps and inference compiled by XLA for the CPU, in either layout."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.jax_twin import inference_of, step_of
from benchmarks.nets import Net
from benchmarks.ours import images
from benchmarks.timing import Rival
from cnndsl.training import Settings, program_of

_BATCHES = 8
_LAYOUTS = {"NCHW": False, "NHWC": True}


def steps(net: Net, batch: int) -> Iterator[Rival]:
    """Forward, backward and plain gradient descent on new images, in each layout."""
    images_, labels_ = images(net, _BATCHES * batch)
    for name, channels_last in _LAYOUTS.items():
        yield _step(net, batch, _placed(images_, channels_last=channels_last), jnp.asarray(labels_), name)


def _step(net: Net, batch: int, x: Any, labels: Any, layout: str) -> Rival:
    step = step_of(net, channels_last=_LAYOUTS[layout])
    params, state = _weights(net)
    xs, ys = (jnp.split(array, len(x) // batch) for array in (x, labels))
    key, at = jax.random.key(0), 0

    def one_step() -> None:
        nonlocal params, state, at
        params, state, loss = step(params, state, xs[at], ys[at], key)
        at = (at + 1) % len(xs)
        loss.block_until_ready()

    return Rival(one_step, label=layout)


def inferences(net: Net, batch: int) -> Iterator[Rival]:
    """The probabilities of a batch of images, in each layout."""
    params, state = _weights(net)
    for name, channels_last in _LAYOUTS.items():
        predict = inference_of(net, channels_last=channels_last)
        x = _placed(images(net, batch)[0], channels_last=channels_last)
        yield Rival(partial(_finished, partial(predict, params, state, x)), label=name)


def _finished(call: Callable[[], Any]) -> object:
    """JAX answers at once and computes on."""
    return call().block_until_ready()


def _weights(net: Net) -> tuple[Any, Any]:
    """First weights and state, as arrays of JAX."""
    program = program_of(net.graph(), Settings())
    tree: tuple[Any, Any] = jax.tree.map(jnp.asarray, tuple(dict(part) for part in program.init(0)))
    return tree


def _placed(x: np.ndarray[Any, Any], *, channels_last: bool) -> Any:
    return jnp.asarray(np.moveaxis(x, 1, 3) if channels_last else x)

"""JAX's side: steps and inference compiled by XLA for the CPU."""

from __future__ import annotations

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


def step(net: Net, batch: int) -> Rival:
    """Forward, backward and plain gradient descent on new images."""
    compiled = step_of(net)
    params, state = _weights(net)
    x, labels = images(net, _BATCHES * batch)
    xs, ys = (jnp.split(array, _BATCHES) for array in (_channels_last(x), jnp.asarray(labels)))
    key, at = jax.random.key(0), 0

    def one_step() -> None:
        nonlocal params, state, at
        params, state, loss = compiled(params, state, xs[at], ys[at], key)
        at = (at + 1) % _BATCHES
        loss.block_until_ready()  # JAX answers at once and computes on

    return Rival(one_step)


def inference(net: Net, batch: int) -> Rival:
    """The probabilities of a batch of images."""
    compiled = inference_of(net)
    params, state = _weights(net)
    x = _channels_last(images(net, batch)[0])
    return Rival(lambda: compiled(params, state, x).block_until_ready())


def _weights(net: Net) -> tuple[Any, Any]:
    """First weights and state, as arrays of JAX."""
    program = program_of(net.graph(), Settings())
    tree: tuple[Any, Any] = jax.tree.map(jnp.asarray, tuple(dict(part) for part in program.init(0)))
    return tree


def _channels_last(x: np.ndarray[Any, Any]) -> Any:
    return jnp.asarray(np.moveaxis(x, 1, 3))

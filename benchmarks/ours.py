"""Our side: a step as the training loop has it, images as ``predict`` takes them."""

from __future__ import annotations

from contextlib import ExitStack

import numpy as np

from benchmarks.nets import Net
from benchmarks.timing import Rival
from cnndsl import optim
from cnndsl.compiler.threads import single_blas_thread
from cnndsl.layers._kind import Array
from cnndsl.training import Settings, program_of, start, team, train_step

OURS = "cnndsl"
_BATCHES = 8  # that a step goes through in turn, so that its images are not in the cache


def images(net: Net, count: int) -> tuple[Array, Array]:
    """Noise ``(N, C, H, W)`` in single precision, and classes ``(N,)``."""
    rng = np.random.default_rng(0)
    return rng.standard_normal((count, *net.shape), dtype=np.float32), rng.integers(0, 10, count)


def step(net: Net, batch: int, stack: ExitStack) -> Rival:
    """Forward, backward and plain gradient descent on new images; the helpers end with ``stack``.

    To be made before PyTorch is imported, so that the limit of BLAS threads concerns NumPy's library alone.
    """
    settings = Settings(batch=batch)
    program = program_of(net.graph(), settings)
    stack.enter_context(single_blas_thread())
    model = stack.enter_context(team(program, settings))
    optimiser = optim.sgd(1e-3)
    x, labels = images(net, _BATCHES * batch)
    carry, at = start(program, optimiser, 0), 0

    def one_step() -> None:
        nonlocal carry, at
        part = slice(at, at + batch)
        at = (at + batch) % len(x)
        carry, _ = train_step(model, optimiser, carry, x[part], labels[part], at)

    return Rival(one_step)


def inference(net: Net, batch: int) -> Rival:
    """The probabilities of a batch of images."""
    program = program_of(net.graph(), Settings())
    params, state = program.init(0)
    x, _ = images(net, batch)
    return Rival(lambda: program.predict(params, state, x))

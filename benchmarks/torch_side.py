"""PyTorch's side, in each configuration that its users know of: NCHW or channels_last, one thread or all."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from attrs import frozen
from torch.nn import functional as F  # noqa: N812 - as everybody names it

from benchmarks.nets import Net
from benchmarks.timing import Rival
from benchmarks.torch_twin import twin

_BATCHES = 8


@frozen
class Configuration:
    """A layout of the images and a number of threads."""

    channels_last: bool
    threads: int

    def __str__(self) -> str:
        layout = "channels_last" if self.channels_last else "NCHW"
        return f"{layout}, {self.threads} thread{'s' if self.threads > 1 else ''}"

    def place(self, value: Any) -> Any:
        """A module or images in this layout."""
        return value.to(memory_format=torch.channels_last) if self.channels_last else value

    def rival(self, call: Any) -> Rival:
        """The call, with this many threads."""
        return Rival(call, partial(torch.set_num_threads, self.threads), str(self))


def configurations() -> Iterator[Configuration]:
    """All four, or two on a single core."""
    for channels_last in (False, True):
        for threads in sorted({1, os.cpu_count() or 1}):
            yield Configuration(channels_last, threads)


def step(net: Net, batch: int, configuration: Configuration) -> Rival:
    """Forward, backward and plain gradient descent on new images."""
    model = configuration.place(twin(net, softmax=False)).train()
    x = configuration.place(torch.randn(batch * _BATCHES, *net.shape))
    labels = torch.randint(0, 10, (batch * _BATCHES,))
    optimiser = torch.optim.SGD(model.parameters(), lr=1e-3)
    at = 0

    def one_step() -> None:
        nonlocal at
        part = slice(at, at + batch)
        at = (at + batch) % len(x)
        optimiser.zero_grad(set_to_none=True)
        F.cross_entropy(model.forward(x[part]), labels[part]).backward()
        optimiser.step()

    return configuration.rival(one_step)


def inference(net: Net, batch: int, configuration: Configuration) -> Rival:
    """The probabilities of a batch of images, eager, in ``inference_mode``."""
    model = configuration.place(twin(net, softmax=True)).eval()
    x = configuration.place(torch.randn(batch, *net.shape))

    def predict() -> None:
        with torch.inference_mode():
            model.forward(x)

    return configuration.rival(predict)


def frozen_inference(net: Net, batch: int, configuration: Configuration) -> Rival:
    """The same as TorchScript, traced, frozen and optimised: weights are constants, BatchNorm is folded away."""
    model = configuration.place(twin(net, softmax=True)).eval()
    x = configuration.place(torch.randn(batch, *net.shape))
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")  # TorchScript is said to be superseded; on a CPU it is still the fastest
        script = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(model, x)))

    def predict() -> None:
        with torch.inference_mode():
            script(x)

    return configuration.rival(predict)

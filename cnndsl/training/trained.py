"""A network that was trained, ready for use: its program, the weights that were kept, how its images are made."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from attrs import frozen

from cnndsl.compiler import Program, build
from cnndsl.compiler.objective import loss_of
from cnndsl.compiler.observe import probabilities
from cnndsl.data.dataset import Floats, Pixels
from cnndsl.data.standardise import standardise
from cnndsl.errors import InputError
from cnndsl.language.source import Source
from cnndsl.layers._kind import Array, Tree
from cnndsl.loss import Loss
from cnndsl.settings import read_settings
from cnndsl.settings.overrides import read_override
from cnndsl.training.saved import load_saved


@frozen(eq=False)
class Trained:
    """What a run leaves to whoever asks it about images.

    ``mean`` and ``std``, float32 ``(C,)`` in units of pixel / 255, are those that its training images were standardised
    with, so any others have to be as well. ``header`` is what the file of the weights says.
    """

    program: Program
    params: Tree
    state: Tree
    classes: tuple[str, ...]
    mean: Floats
    std: Floats
    header: Mapping[str, Any]

    def scores(self, pixels: Pixels) -> Array:
        """What the loss is taken of, ``(N, K)``, for images uint8 ``(N, C, H, W)``."""
        return self.program.scores(self.params, self.state, standardise(pixels, self.mean, self.std))

    def probabilities(self, pixels: Pixels) -> Array:
        """The same as shares of 1: what the network gives each class."""
        return probabilities(self.program, self.params, self.state, standardise(pixels, self.mean, self.std))


def load_trained(path: Path) -> Trained:
    """The network in a run's folder, or in a file of weights.

    Raises
    ------
    InputError
        There is no such file (D503), it is damaged (D510), or does not say all that it takes (D511).
    """
    saved = load_saved(path)
    header = saved.header
    try:
        classes = tuple(map(str, header["classes"]))
        mean, std = (np.array(header[name], np.float32) for name in ("mean", "std"))
    except (KeyError, TypeError, ValueError):
        classes, mean, std = (), np.empty(0, np.float32), np.empty(0, np.float32)
    outputs, channels = saved.graph.nodes[-1].out_shape, saved.graph.input_shape[0]
    if outputs != (len(classes),) or not mean.shape == std.shape == (channels,) or not (std > 0).all():
        message = f"{path} does not say which classes its weights tell apart, or how its images were scaled"
        raise InputError(message, code="D511", hint="train it again, with this version")
    program = build(saved.graph, loss=_loss(path, header))
    return Trained(program, saved.params, saved.state, classes, mean, std, header)


def _loss(path: Path, header: Mapping[str, Any]) -> Loss | None:
    text = header.get("loss")
    if text is None:  # of a file that is older than that
        return None
    override, found = read_override(f"train.loss={text}")
    settings, wrong = read_settings(Source(str(path), ""), (), (override,) if override else ())
    if found or wrong:
        raise InputError(f"{path} is damaged: its loss is {text!r}", code="D510")
    return loss_of(settings.train.loss)

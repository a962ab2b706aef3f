"""A network that was saved, with its weights: all that a run leaves to whoever uses it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from attrs import frozen

from cnndsl.compiler import compile_model
from cnndsl.compiler.initialise import initialise
from cnndsl.errors import InputError, ModelError
from cnndsl.language import Graph
from cnndsl.layers._kind import Tree
from cnndsl.training.weights import WEIGHTS, load_weights, read_header


@frozen(eq=False)
class Saved:
    """A graph with shapes, its parameters and state, and what the file of the weights says besides."""

    graph: Graph
    params: Tree
    state: Tree
    header: Mapping[str, Any]


def load_saved(path: Path) -> Saved:
    """The network in a run's folder, or in a file of weights.

    Raises
    ------
    InputError
        There is no such file, it is damaged, or it does not say what its network is.
    """
    path = path / WEIGHTS if path.is_dir() else path
    text = read_header(path).get("network")
    if not isinstance(text, str):
        hint = "train it again, with this version"
        raise InputError(f"{path} does not say which network its weights are of", code="D511", hint=hint)
    graph = _graph(path, text)
    params, state, header = load_weights(path, *initialise(graph, 0, np.float32))
    return Saved(graph, params, state, header)


def _graph(path: Path, text: str) -> Graph:
    try:
        return compile_model(f"{text}\n").graph
    except ModelError as error:
        raise InputError(f"{path} is damaged: {error.diagnostics[0].headline}", code="D510") from None

"""First values of parameters and state, each drawn from a key of its own: the seed, its path and its name.

So a layer's start depends on nothing else in the file, and a layer that is added changes no other's.
"""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import numpy as np
from numpy.typing import DTypeLike

from cnndsl import keys
from cnndsl.language.graph import Graph
from cnndsl.layers import kind_of
from cnndsl.layers._kind import Array, Tree, Weight


def _zeros(weight: Weight, _rng: np.random.Generator) -> Array:
    return np.zeros(weight.shape)


def _ones(weight: Weight, _rng: np.random.Generator) -> Array:
    return np.ones(weight.shape)


def _he_normal(weight: Weight, rng: np.random.Generator) -> Array:
    """Variance 2 / fan_in: keeps the scale of values through ReLU (He et al., 2015)."""
    return rng.standard_normal(weight.shape) * sqrt(2 / weight.fan_in)


INITIALISERS: dict[str, Callable[[Weight, np.random.Generator], Array]] = {
    "zeros": _zeros,
    "ones": _ones,
    "he_normal": _he_normal,
}


def initialise(graph: Graph, seed: keys.Key, dtype: DTypeLike) -> tuple[Tree, Tree]:
    """Parameters and state of a graph with shapes: ``{path: {name: array}}``, without empty entries."""
    params: dict[str, dict[str, Array]] = {}
    state: dict[str, dict[str, Array]] = {}
    for node in graph.nodes:
        for name, weight in kind_of(node.spec).weights(node.spec, *node.in_shapes).items():
            rng = keys.generator(seed, "init", node.path, name)
            values = INITIALISERS[weight.init](weight, rng).astype(dtype)
            (params if weight.trained else state).setdefault(node.path, {})[name] = values
    return params, state

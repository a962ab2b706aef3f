"""First values of parameters and state, each drawn from a key of its own: the seed, its path and its name.

So a layer's start depends on nothing else in the file, and a layer that is added changes no other's.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod, sqrt
from typing import TYPE_CHECKING

import numpy as np

from cnndsl import keys
from cnndsl.language.graph import Graph
from cnndsl.layers import kind_of
from cnndsl.layers._kind import Array, Tree, Weight

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

Initialiser = Callable[[Weight, np.random.Generator], Array]


def _zeros(weight: Weight, _rng: np.random.Generator) -> Array:
    return np.zeros(weight.shape)


def _ones(weight: Weight, _rng: np.random.Generator) -> Array:
    return np.ones(weight.shape)


def _normal(variance: Callable[[Weight], float]) -> Initialiser:
    return lambda weight, rng: rng.standard_normal(weight.shape) * sqrt(variance(weight))


def _uniform(variance: Callable[[Weight], float]) -> Initialiser:
    # Numbers evenly spread over (-b, b) have the variance b^2 / 3.
    return lambda weight, rng: rng.uniform(-1, 1, weight.shape) * sqrt(3 * variance(weight))


def _he(weight: Weight) -> float:
    """Keeps the scale of values through ReLU (He et al., 2015)."""
    return 2 / weight.fan_in


def _glorot(weight: Weight) -> float:
    """Between what keeps the scale of values and what keeps that of gradients (Glorot and Bengio, 2010)."""
    return 2 / (weight.fan_in + weight.fan_out)


def _lecun(weight: Weight) -> float:
    """Keeps the scale of values through a linear layer, and through SELU (LeCun et al., 1998)."""
    return 1 / weight.fan_in


def _orthogonal(weight: Weight, rng: np.random.Generator) -> Array:
    """Filters at right angles, each of length 1; if there are too many, so are the columns (Saxe et al., 2014)."""
    rows, columns = weight.shape[0], prod(weight.shape[1:])
    q, r = np.linalg.qr(rng.standard_normal((max(rows, columns), min(rows, columns))))
    q = q * np.where(np.diagonal(r) < 0, -1, 1)  # or the signs would not be evenly spread
    return (q if rows >= columns else q.T).reshape(weight.shape)


INITIALISERS: dict[str, Initialiser] = {
    "zeros": _zeros,
    "ones": _ones,
    "he_normal": _normal(_he),
    "he_uniform": _uniform(_he),
    "glorot_normal": _normal(_glorot),
    "glorot_uniform": _uniform(_glorot),
    "lecun_normal": _normal(_lecun),
    "lecun_uniform": _uniform(_lecun),
    "orthogonal": _orthogonal,
}


def start_of(weight: Weight, init: str | float, rng: np.random.Generator) -> Array:
    """First values of an array in double precision; ``init`` is for one whose layer leaves it open."""
    chosen = init if weight.init == "auto" else weight.init
    return INITIALISERS[chosen](weight, rng) if isinstance(chosen, str) else np.full(weight.shape, chosen)


def initialise(graph: Graph, seed: keys.Key, dtype: DTypeLike, init: str | float = "he_normal") -> tuple[Tree, Tree]:
    """Parameters and state of a graph with shapes: ``{path: {name: array}}``, without empty entries.

    ``init`` is how the weights start whose layer leaves it open: a name of :data:`INITIALISERS`, or a number for all.
    """
    params: dict[str, dict[str, Array]] = {}
    state: dict[str, dict[str, Array]] = {}
    for node in graph.nodes:
        for name, weight in kind_of(node.spec).weights(node.spec, *node.in_shapes).items():
            values = start_of(weight, init, keys.generator(seed, "init", node.path, name)).astype(dtype)
            (params if weight.trained else state).setdefault(node.path, {})[name] = values
    return params, state

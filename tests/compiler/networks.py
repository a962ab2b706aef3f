"""Whole networks for laws: graphs and programs from text, random batches, parameters and directions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import attrs
import numpy as np
from numpy.typing import DTypeLike

from cnndsl.compiler import check, has_errors
from cnndsl.compiler.program import Program, build
from cnndsl.language import Graph, Source
from cnndsl.layers import kind_of
from cnndsl.layers._kind import Array, Shape, Tree

SEED_MODEL = Path(__file__).parents[2] / "inputdir" / "model.txt"

# One of everything that the passes rewrite.
SMALL = """
input 2x10x9
Conv 3 3 1 1
ReLU
Pool 2
Conv 4 5x4
ReLU
FC 5
ReLU
FC 3
Softmax
"""


@attrs.frozen(eq=False)
class Batch:
    """All that a step takes, read-only; ``dy`` is a cotangent of the output."""

    params: Tree
    state: Tree
    x: Array
    labels: Array
    dy: Array


def graph_of(text: str, input_shape: Shape | None = None) -> Graph:
    """The graph of a text without errors."""
    graph, diagnostics = check(Source("<drawn>", text), input_shape)
    assert not has_errors(diagnostics), diagnostics
    return graph


def program_of(text: str) -> Program:
    return build(graph_of(text))


def is_deterministic(graph: Graph) -> bool:
    """Whether an image's output depends on that image alone, so that a batch may be cut anywhere."""
    return not any(kind_of(node.spec).random or kind_of(node.spec).mixes_batch for node in graph.nodes)


def locked(array: Array) -> Array:
    array.flags.writeable = False
    return array


def random_batch(graph: Graph, seed: int, images: int = 5, dtype: DTypeLike = np.float64) -> Batch:
    """Normal images and parameters, biases included, without ties."""
    rng = np.random.default_rng(seed)
    params, state = build(graph, rewrites=(), training=()).init(seed, dtype)
    params = map_tree(lambda array: locked((array + 0.3 * rng.standard_normal(array.shape)).astype(dtype)), params)
    output = graph.nodes[-1].out_shape
    return Batch(
        params,
        map_tree(locked, state),
        locked(rng.standard_normal((images, *graph.input_shape)).astype(dtype)),
        locked(rng.integers(output[0], size=images)),
        locked(rng.standard_normal((images, *output)).astype(dtype)),
    )


def map_tree(function: Callable[..., Array], *trees: Tree) -> dict[str, dict[str, Array]]:
    """The function of the arrays at each place of trees of one shape."""
    first = trees[0]
    return {
        path: {name: function(*(tree[path][name] for tree in trees)) for name in own} for path, own in first.items()
    }


def arrays_of(tree: Tree) -> list[Array]:
    return [array for own in tree.values() for array in own.values()]


def names_of(tree: Tree) -> list[tuple[str, str]]:
    return [(path, name) for path, own in tree.items() for name in own]


def dot(left: Tree, right: Tree) -> float:
    """The inner product of two trees."""
    return sum((float(np.vdot(one, other)) for one, other in zip(arrays_of(left), arrays_of(right), strict=True)), 0.0)


def norm(tree: Tree) -> float:
    return float(np.sqrt(dot(tree, tree)))


def assert_close(left: Tree, right: Tree, tolerance: float = 1e-10) -> None:
    """Equal keys and order, values within a tolerance relative to the largest of all."""
    assert names_of(left) == names_of(right)
    scale = max((float(abs(array).max()) for array in arrays_of(right)), default=0.0)
    for one, other in zip(arrays_of(left), arrays_of(right), strict=True):
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance * scale + 1e-14)


def same_bits(left: Tree, right: Tree) -> bool:
    return names_of(left) == names_of(right) and all(map(np.array_equal, arrays_of(left), arrays_of(right)))

"""What a network does inside: the output of every layer, and what it takes each class to be worth."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cnndsl.compiler.program import Program
from cnndsl.compiler.threads import single_blas_thread
from cnndsl.language.graph import INPUT, Graph, Node
from cnndsl.layers import kind_of
from cnndsl.layers._kind import Array, Context, Params, Tree
from cnndsl.layers._layout import array_shape, to_inner, to_outer

_NONE: Params = {}


def observe(graph: Graph, params: Tree, state: Tree, x: Array) -> Iterator[tuple[Node, Array]]:
    """Each layer of a graph with shapes and its output, in inference mode and as the file says: nothing is rewritten.

    ``x`` is ``(N, C, H, W)``; the outputs are new arrays ``(N, C, H, W)`` or ``(N, F)``. What no further layer reads is
    let go of on the way.
    """
    values = {INPUT: to_inner(x, np.empty(array_shape(x.shape[1:], len(x)), x.dtype))}
    readers = {path: node.path for node in graph.nodes for path in node.inputs}  # of each value, the last
    ctx = Context()
    for node in graph.nodes:
        xs = tuple(values[path] for path in node.inputs)
        own = params.get(node.owner, _NONE), state.get(node.owner, _NONE)
        with single_blas_thread():
            y, _, _ = kind_of(node.spec).forward(node.spec, *own, xs, ctx)
        values[node.path] = y
        for path in set(node.inputs):
            if readers[path] == node.path:
                del values[path]
        yield node, to_outer(y)


def probabilities(program: Program, params: Tree, state: Tree, x: Array) -> Array:
    """What the network gives each class of each image, ``(N, K)``: a row adds up to one.

    A network that does not end in probabilities has them made from its scores by the softmax.
    """
    if kind_of(program.graph.nodes[-1].spec).probabilities:
        return program.predict(params, state, x)
    return softmax(program.scores(params, state, x))


def softmax(scores: Array) -> Array:
    """``(N, K)`` scores as probabilities."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Array = powers / powers.sum(axis=1, keepdims=True)
    return shares

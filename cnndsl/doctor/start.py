"""The network before its first step: what each layer gives for a batch, units that give nothing, and the first loss."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

import numpy as np
from attrs import frozen

from cnndsl import keys
from cnndsl.doctor.finding import Finding
from cnndsl.language.graph import INPUT, Graph, Node
from cnndsl.layers import kind_of
from cnndsl.layers._kind import Array, Context, Tree
from cnndsl.layers._layout import array_shape, to_inner
from cnndsl.report.architecture import family_of

# Initial weights of any good scheme leave the loss within a few times that of guessing.
_FAR = 10.0
_BLOWN_UP = 30.0  # times the size of its input: more than any fan-in scaled layer does
_MANY = 0.5  # of a layer's units


@frozen
class Output:
    """What a layer gives: its root mean square; of an activation also its units, and how many of them are dead.

    A unit is a channel of a map or an entry of a vector. It is dead if it gives the same for every image, everywhere.
    """

    node: Node
    size: float
    units: int = 0
    dead: int = 0


@frozen
class Start:
    """The first loss of a batch, that of guessing, and the layers' outputs in file order."""

    loss: float
    guessed: float
    outputs: tuple[Output, ...]


def outputs_of(graph: Graph, params: Tree, state: Tree, x: Array, key: keys.Key) -> Iterator[Output]:
    """Every layer's output for images ``(N, C, H, W)``, in training mode, in file order."""
    values = {INPUT: to_inner(x, np.empty(array_shape(x.shape[1:], len(x)), x.dtype))}
    last_users = {path: node.path for node in graph.nodes for path in node.inputs}
    for node in graph.nodes:
        kind = kind_of(node.spec)
        given = tuple(values[path] for path in node.inputs)
        ctx = Context(train=True, key=(key, node.path))
        y, _, _ = kind.forward(node.spec, params.get(node.owner, {}), state.get(node.owner, {}), given, ctx)
        values[node.path] = y
        yield _output(node, y)
        for path in node.inputs:
            if last_users[path] == node.path:
                values.pop(path, None)


def judge_start(start: Start) -> Iterator[Finding]:
    """H921 to H923."""
    if not isfinite(start.loss) or start.loss > _FAR * start.guessed:
        yield _far_from_guessing(start)
    for output in start.outputs:
        if output.dead == output.units > 0:
            message = f"all {output.units} units give the same for every image: nothing gets through"
            hint = "look at the initial weights and biases above it: its inputs are all below 0, or far too large"
            yield Finding("H922", "error", message, hint, output.node)
        elif output.dead > _MANY * output.units:
            message = f"{output.dead} of {output.units} units give the same for every image"
            hint = "`init = he_normal` above it, inputs with mean 0, a smaller learning rate"
            yield Finding("H923", "warning", message, hint, output.node)


def _far_from_guessing(start: Start) -> Finding:
    message = f"the loss starts at {start.loss:.4g}, guessing has {start.guessed:.4g}"
    sizes = {output.node.path: output.size for output in start.outputs}
    grown = next(
        (
            output
            for output in start.outputs
            if output.node.inputs[0] in sizes and not output.size <= _BLOWN_UP * sizes[output.node.inputs[0]]
        ),
        None,
    )
    if grown is not None:
        before, after = sizes[grown.node.inputs[0]], grown.size
        hint = f"this layer makes values of about {before:.2g} into {after:.2g}: `init = he_normal`"
        return Finding("H921", "error", message, hint, grown.node)
    hint = "`BatchNorm` where values grow, images of about 1 (`scale = standardize`), `init = he_normal`"
    return Finding("H921", "error", message, hint)


def _output(node: Node, y: Array) -> Output:
    """``y`` is ``(H, C, W, N)`` or ``(F, N)``."""
    size = float(np.sqrt(np.mean(np.square(y, dtype=np.float64))))
    if family_of(node) != "activation" or kind_of(node.spec).probabilities:
        return Output(node, size)
    own = np.moveaxis(y, 1, 0) if y.ndim == 4 else y
    spread = np.ptp(own.reshape(len(own), -1), axis=1)
    return Output(node, size, len(own), int((spread == 0).sum()))

"""Where numbers stop being finite: a batch is worked off again, and every layer's results are looked at."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import evolve

from cnndsl import keys
from cnndsl.compiler.program import Program, build
from cnndsl.language.graph import Node
from cnndsl.layers import kind_of
from cnndsl.layers._kind import Array, Context, LayerKind, Params, Tree
from cnndsl.loss import Loss, on_probabilities


class _FoundError(Exception):
    """Ends a pass at the first array that is not finite; says which it is."""


def first_not_finite(program: Program, params: Tree, state: Tree, x: Array, labels: Array, *, key: keys.Key) -> str:
    """The first array of a training step that holds NaN or infinity: ``the output of Conv.0 (line 3)``.

    Layers are those of the file. Empty where there is none, as when layers that draw have drawn otherwise: the batch
    is not cut into pieces here. ``x`` is ``(N, C, H, W)``, ``labels`` ``(N,)``.
    """
    if not np.isfinite(x).all():
        return "the images"
    probed = build(program.graph, rewrites=())
    for node in program.graph.nodes:
        probed = probed.with_kind(node.path, _watched(kind_of(node.spec), node, params))
    with np.errstate(all="ignore"):
        try:
            _step(probed, program.loss, params, state, x, labels, key)
        except _FoundError as found:
            return str(found)
    return ""


def _step(program: Program, loss: Loss, params: Tree, state: Tree, x: Array, labels: Array, key: keys.Key) -> None:
    y, _, tape = program.forward(params, state, x, train=True, key=key)
    if kind_of(program.graph.nodes[-1].spec).probabilities:
        loss = on_probabilities(loss)
    losses, dy = loss.each(np.ascontiguousarray(y.T), labels)
    _look(losses, "the loss")
    program.backward(params, tape, np.ascontiguousarray(dy.T) / loss.total(labels))


def _watched(kind: LayerKind[Any], node: Node, params: Tree) -> LayerKind[Any]:
    """The kind, made to end the pass where something that it gives is not finite."""
    place = f"{node.path} (line {node.span.line})" if node.span else node.path

    def forward(
        spec: Any, own: Params, state: Params, xs: tuple[Array, ...], ctx: Context
    ) -> tuple[Array, Params, Any]:
        y, state, residual = kind.forward(spec, own, state, xs, ctx)
        weights = [name for name, array in params.get(node.owner, {}).items() if not np.isfinite(array).all()]
        _look(y, f"the output of {place}{f', whose {weights[0]} was not before' if weights else ''}")
        return y, state, residual

    def backward(
        spec: Any, own: Params, residual: Any, dy: Array, ctx: Context
    ) -> tuple[tuple[Array | None, ...], dict[str, Array]]:
        dxs, grads = kind.backward(spec, own, residual, dy, ctx)
        for name, grad in grads.items():
            _look(grad, f"the gradient of {name} of {place}")
        for dx in dxs:
            if dx is not None:
                _look(dx, f"the gradient of the input of {place}")
        return dxs, grads

    return evolve(kind, forward=forward, backward=backward)


def _look(array: Array, what: str) -> None:
    if not np.isfinite(array).all():
        raise _FoundError(what)

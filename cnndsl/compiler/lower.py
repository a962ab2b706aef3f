"""From a graph to two folds over its layers: forward in file order, backward the other way round."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from attrs import evolve, frozen

from cnndsl import keys
from cnndsl.language.graph import INPUT, Graph
from cnndsl.layers import kind_of
from cnndsl.layers._kind import Array, Context, LayerKind, Params, Scratch, Tree, alone

Grads = dict[str, dict[str, Array]]

_NONE: Params = {}
_NOTHING = np.empty(0)


@frozen
class Step:
    """A node and its kind, with what the folds ask of them at hand."""

    path: str
    owner: str
    spec: object
    inputs: tuple[str, ...]
    kind: LayerKind[Any]
    wants_dx: bool
    is_trained: bool
    last_uses: tuple[str, ...]


@frozen
class Among:
    """How many parts of a batch are worked off in step, and how they exchange arrays."""

    parts: int = 1
    gather: Callable[[Array, Array], None] = alone


ALONE = Among()


@frozen
class Tape:
    """What a forward pass leaves for the backward pass: one residual a step. Opaque to users."""

    residuals: tuple[Any, ...]
    images: int
    dtype: np.dtype[Any]
    train: bool
    key: keys.Key


def lower(graph: Graph) -> tuple[Step, ...]:
    """The steps of a graph with shapes."""
    steps = []
    needed = {graph.nodes[-1].path}
    for node in reversed(graph.nodes):
        kind = kind_of(node.spec)
        last_uses = tuple(sorted(set(node.inputs) - needed))
        needed.update(node.inputs)
        is_trained = any(weight.trained for weight in kind.weights(node.spec, *node.in_shapes).values())
        steps.append(Step(node.path, node.owner, node.spec, node.inputs, kind, node.wants_dx, is_trained, last_uses))
    return tuple(reversed(steps))


def run_forward(
    steps: tuple[Step, ...],
    params: Tree,
    state: Tree,
    x: Array,
    *,
    train: bool,
    key: keys.Key,
    scratch: Scratch,
    record: bool = True,
) -> tuple[Array, Tree, Tape]:
    """Output, new state and tape. ``x`` and the output are in the inner layout.

    Without ``record`` the tape is empty, and memory is free again as soon as the next layer has read it.
    """
    values = {INPUT: x}
    ctx = Context(train, key, scratch)
    y, changed, residuals = forward_through(steps, params, state, values, ctx, record=record)
    return y, {**state, **changed}, Tape(tuple(residuals), y.shape[-1], y.dtype, train, key)


def run_backward(
    steps: tuple[Step, ...], params: Tree, tape: Tape, dy: Array, *, scratch: Scratch
) -> tuple[Array, Tree]:
    """Gradient of the input (empty where the steps do not want it) and of every parameter."""
    cotangents = {steps[-1].path: dy}
    ctx = Context(tape.train, tape.key, scratch)
    grads: Grads = {}
    backward_through(steps, params, list(tape.residuals), cotangents, grads, ctx)
    return cotangents.get(INPUT, _NOTHING), in_order_of(params, grads)


def forward_through(
    steps: tuple[Step, ...],
    params: Tree,
    state: Tree,
    values: dict[str, Array],
    shared: Context,
    *,
    record: bool,
) -> tuple[Array, dict[str, Params], list[Any]]:
    """The value of the last step, the state that changed, and the residuals, none without ``record``.

    ``values`` holds what the steps read, by path. Theirs are added, and each is taken out behind its last use.
    """
    changed: dict[str, Params] = {}
    residuals = []
    for step in steps:
        kind, owner = step.kind, step.owner
        ctx = evolve(shared, key=(shared.key, step.path)) if kind.random else shared
        xs = tuple([values[path] for path in step.inputs])
        own_params, own_state = params.get(owner, _NONE), state.get(owner, _NONE)
        y, own_state, residual = kind.forward(step.spec, own_params, own_state, xs, ctx)
        if own_state:
            changed[owner] = own_state
        values[step.path] = y
        if record:
            residuals.append(residual)
        del xs, residual  # or they would hold their memory through the next layer
        for path in step.last_uses:
            del values[path]
    return y, changed, residuals


def backward_through(
    steps: tuple[Step, ...],
    params: Tree,
    residuals: list[Any],
    cotangents: dict[str, Array],
    grads: Grads,
    shared: Context,
) -> None:
    """Add the gradients of the steps' parameters to ``grads``, by owner.

    ``cotangents`` holds those of what the steps give, by path; they are taken out, and those of what the steps read
    are added. Each residual is taken off the list when its step is done.
    """
    leaving = evolve(shared, wants_dx=False)
    for step in reversed(steps):
        kind, residual = step.kind, residuals.pop()
        incoming = cotangents.pop(step.path, None)
        if incoming is None or not (step.wants_dx or step.is_trained):
            continue
        ctx = shared if step.wants_dx else leaving
        if kind.random:
            ctx = evolve(ctx, key=(shared.key, step.path))
        dxs, own = kind.backward(step.spec, params.get(step.owner, _NONE), residual, incoming, ctx)
        if own:
            grads.setdefault(step.owner, {}).update(own)
        del residual, incoming, own
        for path, dx in zip(step.inputs, dxs, strict=True):
            if dx is not None:
                # A value that several layers took has the sum of their gradients, the last layer's first.
                before = cotangents.get(path)
                cotangents[path] = dx if before is None else _sum(before, dx, shared)
                del before
        del dxs, dx


def in_order_of(params: Tree, grads: Tree) -> Tree:
    """The gradients in the order of the parameters."""
    return {path: {name: grads[path][name] for name in own} for path, own in params.items()}


def _sum(left: Array, right: Array, ctx: Context) -> Array:
    total = ctx.like(right)
    ctx.run(np.add, left, right, out=total)
    return total

"""A training step: forward, loss and backward in one, so that what each layer leaves is given up as soon as it is read.

**Recomputing instead of keeping.** The steps may be cut into segments. Of all but the last only what they read is kept
then; when the backward pass comes to a segment, it is computed once more, with the same keys and the same state, and so
with the same bits (Chen et al., "Training deep nets with sublinear memory cost", 2016).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import accumulate
from math import isqrt, prod

from cnndsl.compiler.lower import Grads, Step, backward_through, forward_through, in_order_of
from cnndsl.language.graph import INPUT, Graph
from cnndsl.layers._kind import Array, Context, Tree

Segments = tuple[tuple[Step, ...], ...]


def differentiate(
    segments: Segments,
    params: Tree,
    state: Tree,
    x: Array,
    loss_of: Callable[[Array], tuple[float, Array]],
    ctx: Context,
) -> tuple[float, Tree, Tree]:
    """The loss, the gradient of every parameter, and the new state; ``x`` in the inner layout.

    ``loss_of`` takes the scores ``(K, N)`` and gives their loss and its gradient.
    """
    *early, last = segments
    values = {INPUT: x}
    del x
    new_state = dict(state)
    kept = []
    for segment in early:
        kept.append({path: values[path] for path in _reads(segment)})
        changed = forward_through(segment, params, state, values, ctx, record=False)[1]
        new_state.update(changed)
    scores, changed, residuals = forward_through(last, params, state, values, ctx, record=True)
    new_state.update(changed)
    loss, dscores = loss_of(scores)
    values.clear()
    grads: Grads = {}
    cotangents = {last[-1].path: dscores}
    del scores, dscores
    backward_through(last, params, residuals, cotangents, grads, ctx)
    for segment in reversed(early):
        residuals = forward_through(segment, params, state, kept.pop(), ctx, record=True)[2]
        backward_through(segment, params, residuals, cotangents, grads, ctx)
    return loss, in_order_of(params, grads), new_state


def cut(steps: tuple[Step, ...], graph: Graph, segments: int | None = None) -> Segments:
    """The steps of a graph in segments that give about as many numbers each: by default the root of their count."""
    count = segments or max(1, isqrt(len(steps)))
    ends = list(accumulate(prod(node.out_shape) for node in graph.nodes))
    share = Fraction(count, ends[-1])
    numbers = [min(count - 1, int((end - 1) * share)) for end in ends]
    return tuple(
        tuple(step for step, own in zip(steps, numbers, strict=True) if own == number)
        for number in sorted(set(numbers))
    )


def _reads(segment: tuple[Step, ...]) -> list[str]:
    """The paths of the values that a segment takes from before it."""
    own = {step.path for step in segment}
    return sorted({path for step in segment for path in step.inputs} - own)

"""Classic mistakes in gradients, to be planted one at a time: the check must see each.

A mistake turns the right gradients of a call into wrong ones, by what anyone can see of a kind: its parameters, fields,
flags and values, never its name. It gives ``None`` where a call has nothing that it could be made with.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import attrs
import numpy as np
from attrs import evolve, frozen

from cnndsl.gradcheck.calls import Call, Gradients, picks, with_ties
from cnndsl.layers._kind import Array, Context, LayerKind, Params

Spoil: TypeAlias = "Callable[[Call, Gradients], Gradients | None]"
_NOTICEABLE = 1e-3  # a hundred times what the check has to notice
_DRAWS = 8  # ways to break ties, which together find each of a few tied values


@frozen
class Mistake:
    """What was done wrong, in words; ``needs`` says what a layer must have for it."""

    name: str
    needs: str
    spoil: Spoil


def planted(call: Call, mistake: Mistake) -> LayerKind[Any] | None:
    """The kind of a call with the mistake in its backward pass; ``None`` where it cannot be made or changes nothing."""
    places = (call, with_ties(call)) if picks(call) else (call,)
    return spoiled(call.kind, mistake.spoil) if any(_changes(place, mistake) for place in places) else None


def differ(made: Gradients, right: Gradients) -> bool:
    """Whether some gradient is another one, and not by rounding."""
    pairs = [*zip(made[0], right[0], strict=True), *((made[1][name], array) for name, array in right[1].items())]
    return any(one is not None and other is not None and _far(one, other) for one, other in pairs)


def _changes(call: Call, mistake: Mistake) -> bool:
    right = call.gradients()
    made = mistake.spoil(call, right)
    return made is not None and differ(made, right)


def _far(one: Array, other: Array) -> bool:
    return bool(np.linalg.norm(one - other) > _NOTICEABLE * (1 + np.linalg.norm(other)))


def spoiled(kind: LayerKind[Any], spoil: Spoil) -> LayerKind[Any]:
    """The kind with gradients that went through ``spoil``."""

    def forward(
        spec: Any, params: Params, state: Params, xs: tuple[Array, ...], ctx: Context
    ) -> tuple[Array, Params, Any]:
        y, new_state, residual = kind.forward(spec, params, state, xs, ctx)
        return y, new_state, (residual, state, xs)

    def backward(spec: Any, params: Params, residual: Any, dy: Array, ctx: Context) -> Gradients:
        own, state, xs = residual
        right = kind.backward(spec, params, own, dy, ctx)
        return spoil(Call(kind, spec, params, state, xs, dy, ctx), right) or right

    return evolve(kind, forward=forward, backward=backward)


def forget_bias(_call: Call, right: Gradients) -> Gradients | None:
    """The gradient of the bias is left at zero."""
    dxs, grads = right
    name = next((name for name in ("b", "bias") if name in grads), None)
    return name and (dxs, {**grads, name: np.zeros_like(grads[name])})


def average_over_batch(call: Call, right: Gradients) -> Gradients | None:
    """Gradients of parameters are means over the images where the loss has divided already."""
    dxs, grads = right
    images = call.dy.shape[-1]
    return (dxs, {name: grad / images for name, grad in grads.items()}) if grads and images > 1 else None


def transpose_weights(_call: Call, right: Gradients) -> Gradients | None:
    """``x dy^T`` for ``dy x^T``, put into the shape that is expected."""
    dxs, grads = right
    if "W" not in grads or min(grads["W"].shape[:2]) == 1:
        return None
    return dxs, {**grads, "W": grads["W"].swapaxes(0, 1).reshape(grads["W"].shape)}


def leave_kernel_unflipped(call: Call, right: Gradients) -> Gradients | None:
    """The gradient of the input is a convolution with the kernel as it is, not with the mirrored one."""
    kernel = call.params.get("W")
    if kernel is None or kernel.ndim != 4 or kernel[0, 0].size == 1:
        return None
    mirrored = np.ascontiguousarray(kernel[:, :, ::-1, ::-1])
    dxs, _ = evolve(call, params={**call.params, "W": mirrored}).gradients()
    return dxs, right[1]


def crop_elsewhere(call: Call, right: Gradients) -> Gradients | None:
    """The frame of padding is cut off one row, or one column, too early."""
    (dx, *_), grads = right
    if dx is None or dx.ndim != 4 or getattr(call.spec, "pad", (0, 0)) == (0, 0):
        return None
    axis = 0 if dx.shape[0] > 1 else 2
    return ((np.roll(dx, 1, axis),), grads) if dx.shape[axis] > 1 else None


def ignore_stride(call: Call, right: Gradients) -> Gradients | None:
    """The gradient of the output is not spread by the stride before it goes back through the windows."""
    stride = getattr(call.spec, "stride", None)
    if stride in {None, (1, 1)} or call.dy.ndim != 4:
        return None
    try:
        dense = evolve(call, spec=attrs.evolve(call.spec, stride=1))
        dy = np.zeros(dense.output().shape)
    except ValueError:  # a layer that is legal only with its stride
        return None
    rows, columns = (min(dy.shape[axis], call.dy.shape[axis]) for axis in (0, 2))
    dy[:rows, :, :columns] = call.dy[:rows, :, :columns]
    dxs, _ = evolve(dense, dy=dy).gradients()
    return dxs, right[1]


def mask_the_wrong_side(call: Call, right: Gradients) -> Gradients | None:
    """The gradient passes where the value was cut off, and is cut off where it passed."""
    (dx, *others), grads = right
    if others or dx is None or dx.shape != call.dy.shape or call.kind.random or grads:
        return None
    cut = dx == 0
    return ((np.where(cut, call.dy, 0.0),), grads) if cut.any() and not cut.all() else None


def reward_every_tie(call: Call, right: Gradients) -> Gradients | None:
    """Of equal maxima each has the whole gradient, not one of them."""
    if not picks(call):
        return None
    (x,), rng = call.xs, np.random.default_rng(0)
    # A tie is broken by a trace of noise, another way each time.
    draws = [evolve(call, xs=(x + 1e-9 * rng.standard_normal(x.shape),)).gradients()[0][0] for _ in range(_DRAWS)]
    stacked = np.stack([np.asarray(draw) for draw in draws])
    largest = abs(stacked).argmax(axis=0)[None]
    return (np.take_along_axis(stacked, largest, axis=0)[0],), right[1]


def take_statistics_for_constants(call: Call, right: Gradients) -> Gradients | None:
    """The mean and the variance of the batch are differentiated as if they did not depend on the input."""
    if not (call.kind.mixes_batch and call.ctx.train):
        return None
    dxs, _ = evolve(call, ctx=evolve(call.ctx, train=False)).gradients()
    return dxs, right[1]


def draw_another_mask(call: Call, _right: Gradients) -> Gradients | None:
    """What is dropped is drawn anew on the way back."""
    if not (call.kind.random and call.ctx.train):
        return None
    return evolve(call, ctx=evolve(call.ctx, key=(call.ctx.key, "again"))).gradients()


#: What goes wrong in a layer. What goes wrong between layers is in :mod:`cnndsl.gradcheck.mutate`.
MISTAKES = (
    Mistake("the bias has no gradient", "a bias", forget_bias),
    Mistake("gradients of weights are means over the batch", "weights, and a batch of two or more", average_over_batch),
    Mistake("the gradient of the weights is transposed", "a matrix of weights", transpose_weights),
    Mistake("the kernel is not flipped", "a kernel of more than 1x1", leave_kernel_unflipped),
    Mistake("the padding is cropped one off", "padding", crop_elsewhere),
    Mistake("the stride is ignored on the way back", "a stride above 1", ignore_stride),
    Mistake("the mask is that of the other side", "values that it cuts off", mask_the_wrong_side),
    Mistake("every tied maximum has the gradient", "a maximum over windows", reward_every_tie),
    Mistake("the statistics of the batch are constants", "statistics of the batch", take_statistics_for_constants),
    Mistake("the mask is drawn again on the way back", "anything drawn at random", draw_another_mask),
)

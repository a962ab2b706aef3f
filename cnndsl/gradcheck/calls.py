"""One call of a layer kind as a value, and the check of the gradients that come of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
from attrs import evolve, frozen

from cnndsl.gradcheck.compare import Comparison, Part, Precision, compare
from cnndsl.layers._kind import Array, Context, LayerKind, Params

Gradients: TypeAlias = "tuple[tuple[Array | None, ...], dict[str, Array]]"
TIES = "input, ties"


@frozen(eq=False)
class Call:
    """All that a kind is given, arrays in the inner layout; ``dy`` is a cotangent of its output."""

    kind: LayerKind[Any]
    spec: Any
    params: Params
    state: Params
    xs: tuple[Array, ...]
    dy: Array
    ctx: Context

    def output(self) -> Array:
        """What the kind makes of it."""
        y, _, _ = self.kind.forward(self.spec, self.params, self.state, self.xs, self.ctx)
        return y

    def gradients(self) -> Gradients:
        """``dxs`` and ``grads`` of ``<dy, output>``."""
        _, _, residual = self.kind.forward(self.spec, self.params, self.state, self.xs, self.ctx)
        return self.kind.backward(self.spec, self.params, residual, self.dy, self.ctx)


def check_call(call: Call, precision: Precision, rng: np.random.Generator) -> Iterator[Comparison]:
    """Each input and each parameter of a call, then its inputs with ties where it picks from them; in float64."""
    dxs, grads = call.gradients()
    size = _size(call)
    for index, (x, dx) in enumerate(zip(call.xs, dxs, strict=True)):
        name = "input" if len(call.xs) == 1 else f"input {index + 1}"
        yield compare(Part(name, x, _given(dx, x), _at_input(call, index), call.dy, size), precision, rng)
    for name, array in call.params.items():
        gradient = _given(grads.get(name), array)
        yield compare(Part(name, array, gradient, _at_weight(call, name), call.dy, size), precision, rng)
    if picks(call):
        yield _check_ties(call, precision, rng)


def picks(call: Call) -> bool:
    """Whether some inputs become outputs as they are, and others have no say: a maximum, or a subsampling."""
    dxs, _ = call.gradients()
    y = call.output()
    return (
        len(call.xs) == 1
        and y.size < call.xs[0].size
        and bool(np.isin(y, call.xs[0]).all())
        and bool((np.asarray(dxs[0]) == 0).any())
    )


def with_ties(call: Call) -> Call:
    """The call with inputs that are rounded, so that many are equal, and none is a whole number, where kinks are."""
    return evolve(call, xs=tuple(np.round(2 * x) / 2 + 0.25 for x in call.xs))


def _check_ties(call: Call, precision: Precision, rng: np.random.Generator) -> Comparison:
    """Where values tie no single coordinate has a slope, but all of them together have one: that of a common shift."""
    tied = with_ties(call)
    (dx,), _ = tied.gradients()
    (x,) = tied.xs

    def value(shift: Array) -> Array:
        return evolve(tied, xs=(x + shift,)).output()

    shift = Part(TIES, np.zeros(1), np.array([np.sum(np.asarray(dx))]), value, tied.dy, _size(tied))
    done = compare(shift, precision, rng)
    return evolve(done, total=x.size, checked=x.size * done.checked, left_out=x.size * done.left_out)


def _given(gradient: Array | None, like: Array) -> Array:
    """The gradient; one that is missing or has another shape is no number anywhere."""
    return gradient if gradient is not None and gradient.shape == like.shape else np.full(like.shape, np.nan)


def _size(call: Call) -> float:
    # What cancels to nothing was rounded before it did so, as numbers of about 1.
    return float(np.linalg.norm(call.dy * (1 + abs(call.output()))))


def _at_input(call: Call, index: int) -> Any:
    def value(x: Array) -> Array:
        return evolve(call, xs=(*call.xs[:index], x, *call.xs[index + 1 :])).output()

    return value


def _at_weight(call: Call, name: str) -> Any:
    def value(array: Array) -> Array:
        return evolve(call, params={**call.params, name: array}).output()

    return value

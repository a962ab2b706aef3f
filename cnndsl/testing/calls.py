"""Calls of layer kinds, for laws: arguments from a case, forward and backward in one go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from cnndsl.compiler.replay import Recorder
from cnndsl.layers._kind import Array, Context, Fresh, Params, Scratch, Shape
from cnndsl.layers._layout import array_shape
from cnndsl.testing.cases import Case, apart

if TYPE_CHECKING:
    from numpy.typing import DTypeLike


@attrs.frozen(eq=False)
class Arguments:
    """What a call takes, in the inner layout; ``dy`` is a random cotangent of the output."""

    xs: tuple[Array, ...]
    params: dict[str, Array]
    state: dict[str, Array]
    dy: Array

    @property
    def arrays(self) -> list[Array]:
        return [*self.xs, *self.params.values(), *self.state.values(), self.dy]


@attrs.frozen(eq=False)
class Results:
    """What a call gives."""

    y: Array
    state: Params
    dxs: tuple[Array | None, ...]
    grads: dict[str, Array]

    @property
    def arrays(self) -> list[Array]:
        given = [dx for dx in self.dxs if dx is not None]
        return [self.y, *self.state.values(), *given, *self.grads.values()]


class Poisoned:
    """Scratch that holds the worst there is: NaN, true, the largest number."""

    def empty(self, shape: Shape, dtype: DTypeLike) -> Array:
        kind = np.dtype(dtype).kind
        worst: Any = np.nan if kind == "f" else np.True_ if kind == "b" else np.iinfo(dtype).max
        return np.full(shape, worst, dtype)


class Remembering:
    """Scratch that knows what it gave."""

    def __init__(self) -> None:
        self.handed_out: list[Array] = []

    def empty(self, shape: Shape, dtype: DTypeLike) -> Array:
        self.handed_out.append(np.empty(shape, dtype))
        return self.handed_out[-1]


def locked(array: Array) -> Array:
    array.flags.writeable = False
    return array


def arguments(case: Case, dtype: DTypeLike = np.float64) -> Arguments:
    """Read-only arguments: inputs away from ties and zero, everything else normal, variances and the like positive."""
    rng = np.random.default_rng(case.seed)
    xs = tuple(_given(apart(array_shape(shape, case.images), rng), dtype) for shape in case.in_shapes)
    weights = case.kind.weights(case.spec, *case.in_shapes)
    drawn = {name: rng.standard_normal(weight.shape) for name, weight in weights.items()}
    params = {name: _given(drawn[name], dtype) for name, weight in weights.items() if weight.trained}
    state = {name: _given(0.5 + abs(drawn[name]), dtype) for name, weight in weights.items() if not weight.trained}
    return Arguments(xs, params, state, _given(rng.standard_normal(array_shape(case.out_shape, case.images)), dtype))


def _given(values: Array, dtype: DTypeLike) -> Array:
    return locked(np.array(values, dtype))


def unlocked(given: Arguments) -> Arguments:
    """The same values where a careless layer could write."""
    params = {name: array.copy() for name, array in given.params.items()}
    state = {name: array.copy() for name, array in given.state.items()}
    return Arguments(tuple(x.copy() for x in given.xs), params, state, given.dy.copy())


def context(case: Case, scratch: Scratch | None = None, *, wants_dx: bool = True) -> Context:
    return Context(train=case.train, key=case.seed, scratch=scratch or Fresh(), wants_dx=wants_dx)


def forward(case: Case, given: Arguments, ctx: Context | None = None) -> tuple[Array, Params, Any]:
    return case.kind.forward(case.spec, given.params, given.state, given.xs, ctx or context(case))


def run(case: Case, given: Arguments, ctx: Context | None = None) -> Results:
    """Forward, then backward of what it left."""
    ctx = ctx or context(case)
    y, state, residual = forward(case, given, ctx)
    dxs, grads = case.kind.backward(case.spec, given.params, residual, given.dy, ctx)
    return Results(y, state, dxs, grads)


def replayed(case: Case, noted: Arguments, given: Arguments, *, wants_dx: bool = True) -> Results:
    """What the calls that a layer made for some arguments make of others, with nothing else left in its memory."""
    held = attrs.evolve(unlocked(noted), xs=tuple(map(_open, noted.xs)), dy=_open(noted.dy))
    memory, recorder = Remembering(), Recorder()
    results = run(case, held, attrs.evolve(context(case, memory, wants_dx=wants_dx), run=recorder.run))
    for array in [*memory.handed_out, *results.arrays]:
        array[...] = Poisoned().empty(array.shape, array.dtype)
    for array, value in zip(held.arrays, given.arrays, strict=True):
        array[...] = value
    for call in recorder.take():
        call()
    return results


def _open(array: Array) -> Array:
    """With gaps, and to be written."""
    copy = with_gaps(array)
    copy.flags.writeable = True
    return copy


def same_bits(left: Array | None, right: Array | None) -> bool:
    """Whether two arrays are one to the bit (a zero's sign apart)."""
    if left is None or right is None:
        return left is right
    return left.dtype == right.dtype and np.array_equal(left, right, equal_nan=True)


def same_results(left: Results, right: Results) -> bool:
    return (
        same_bits(left.y, right.y)
        and all(map(same_bits, left.dxs, right.dxs))
        and left.grads.keys() == right.grads.keys()
        and all(same_bits(left.grads[name], right.grads[name]) for name in left.grads)
        and all(same_bits(left.state[name], right.state[name]) for name in left.state)
    )


def with_gaps(array: Array) -> Array:
    """Equal values in memory with gaps, as a slice of a larger array has them."""
    wide = np.repeat(array, 2, axis=-2)
    wide[..., 1::2, :] = np.nan
    return locked(wide[..., ::2, :])

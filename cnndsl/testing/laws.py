"""The laws that every layer kind keeps: functions of a case that raise ``AssertionError`` where it breaks one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from cnndsl.compiler import compile_model
from cnndsl.language.render import render_spec
from cnndsl.layers import find_kind
from cnndsl.layers._kind import Array
from cnndsl.layers._layout import array_shape
from cnndsl.testing.calls import (
    Arguments,
    Poisoned,
    Results,
    arguments,
    context,
    forward,
    locked,
    replayed,
    run,
    same_bits,
    same_results,
    unlocked,
    with_gaps,
)
from cnndsl.testing.cases import Case
from cnndsl.testing.gradients import check_gradient

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

DTYPES: tuple[DTypeLike, ...] = ("float32", "float64")


def results_are_as_declared(case: Case) -> None:
    """Outputs, gradients and state have the names and shapes that the kind declares, and the precision given."""
    weights = case.kind.weights(case.spec, *case.in_shapes)
    for dtype in DTYPES:
        given = arguments(case, dtype)
        result = run(case, given)
        _require_equal(result.y.shape, array_shape(case.out_shape, case.images), "shape of the output")
        shapes = [dx.shape for dx in result.dxs if dx is not None]
        _require_equal(shapes, [x.shape for x in given.xs], "shapes of the gradients of the inputs")
        for arrays, trained, what in ((result.grads, True, "gradients"), (result.state, False, "state")):
            expected = {name: weight.shape for name, weight in weights.items() if weight.trained == trained}
            _require_equal({name: array.shape for name, array in arrays.items()}, expected, what)
        _require_equal({array.dtype for array in result.arrays}, {np.dtype(dtype)}, "precision of the results")


def gradient_is_the_slope(case: Case) -> None:
    """The gradients are those that central differences give, wherever there is a slope."""
    verdict = check_gradient(case)
    _require(verdict.right, f"the gradient is not the slope: relative errors {verdict.errors}")


def arguments_stay_unwritten(case: Case) -> None:
    """No argument is written to, even where it could be."""
    given = unlocked(arguments(case))
    before = [array.copy() for array in given.arrays]
    run(case, given)
    _require(all(map(same_bits, given.arrays, before)), "an argument was written to")


def shared_memory_is_read_only(case: Case) -> None:
    """What shares memory with an argument or another result cannot be written to."""
    given = arguments(case)
    results = run(case, given).arrays
    for index, result in enumerate(results):
        if result.flags.writeable:
            others = [*given.arrays, *results[:index], *results[index + 1 :]]
            _require(
                not any(np.shares_memory(result, other) for other in others),
                "a result that can be written to shares memory with an argument or another result",
            )


def residual_is_an_argument(case: Case) -> None:
    """The backward pass leaves the residual as it is, so that it can be run twice."""
    given, ctx = arguments(case), context(case)
    y, _, residual = forward(case, given, ctx)
    for array in [y, *_arrays_in(residual)]:
        locked(array)
    before = [array.copy() for array in _arrays_in(residual)]
    dxs, grads = case.kind.backward(case.spec, given.params, residual, given.dy, ctx)
    again, grads_again = case.kind.backward(case.spec, given.params, residual, given.dy, ctx)
    _require(all(map(same_bits, _arrays_in(residual), before)), "the residual was written to")
    equal = all(map(same_bits, dxs, again)) and all(same_bits(grads[name], grads_again[name]) for name in grads)
    _require(equal, "a second backward pass gives other gradients")


def equal_calls_give_equal_bits(case: Case) -> None:
    """Nothing but the arguments, the key among them, decides the results."""
    for dtype in DTYPES:
        same = same_results(run(case, arguments(case, dtype)), run(case, arguments(case, dtype)))
        _require(same, "two equal calls give different results")


def images_do_not_see_each_other(case: Case) -> None:
    """Two batches in one give what they give alone, but for what mixes the batch in training."""
    if case.kind.mixes_batch or case.kind.random:
        case = attrs.evolve(case, train=False)  # what mixes or draws does so in training alone
    first = arguments(case)
    second = attrs.evolve(arguments(attrs.evolve(case, seed=case.seed + 1)), params=first.params, state=first.state)
    one, two, both = run(case, first), run(case, second), run(case, _joined(first, second))
    np.testing.assert_allclose(both.y, _join(one.y, two.y), rtol=1e-12, atol=1e-12)
    for dx, *parts in zip(both.dxs, one.dxs, two.dxs, strict=True):
        np.testing.assert_allclose(np.asarray(dx), _join(*parts), rtol=1e-12, atol=1e-12)
    for name, grad in both.grads.items():
        np.testing.assert_allclose(grad, one.grads[name] + two.grads[name], rtol=1e-11, atol=1e-11)


def scratch_memory_does_not_matter(case: Case) -> None:
    """Whatever scratch memory holds at first, the results are the same finite numbers."""
    for dtype in DTYPES:
        given = arguments(case, dtype)
        for wants_dx in (True, False):
            clean = run(case, given, context(case, wants_dx=wants_dx))
            poisoned = run(case, given, context(case, Poisoned(), wants_dx=wants_dx))
            _require(same_results(poisoned, clean), "the results depend on what scratch memory held")
            _require(all(np.isfinite(array).all() for array in clean.arrays), "a result is not finite")


def calls_can_be_made_again(case: Case) -> None:
    """A kind that says so computes nothing but in calls through ``ctx.run``, which do the same with other numbers."""
    if not case.kind.replayable:
        return
    for dtype in DTYPES:
        noted, given = arguments(case, dtype), arguments(attrs.evolve(case, seed=case.seed + 1), dtype)
        gapped = attrs.evolve(given, xs=tuple(map(with_gaps, given.xs)), dy=with_gaps(given.dy))
        for wants_dx in (True, False):
            expected = run(case, gapped, context(case, wants_dx=wants_dx))
            again = replayed(case, noted, given, wants_dx=wants_dx)
            _require(same_results(again, expected), "not all that the layer does goes through ctx.run")


def gradients_do_not_depend_on_wants_dx(case: Case) -> None:
    """Parameters have the same gradient where nobody reads that of the input, which is always there on request."""
    given = arguments(case)
    full, lean = run(case, given), run(case, given, context(case, wants_dx=False))
    _require(all(dx is not None for dx in full.dxs), "the gradient of an input is missing")
    _require(same_results(lean, attrs.evolve(full, dxs=lean.dxs)), "without wants_dx the gradients are others")


def gaps_in_memory_do_not_matter(case: Case) -> None:
    """Inputs and cotangents may be slices of larger arrays."""
    dense = arguments(case)
    expected = run(case, dense)
    _require_close(run(case, attrs.evolve(dense, dy=with_gaps(dense.dy))), expected)
    _require_close(run(case, attrs.evolve(dense, xs=tuple(map(with_gaps, dense.xs)))), expected)


def text_is_read_back(case: Case) -> None:
    """What the formatter writes for a spec is read as that spec, where the language knows the kind."""
    if find_kind(case.kind.name) is not case.kind or len(case.in_shapes) != 1 or len(case.in_shapes[0]) != 3:
        return
    program = compile_model(f"{render_spec(case.spec)}\n", case.in_shapes[0])
    _require_equal(program.graph.nodes[-1].spec, case.spec, "the spec that is read")


LAWS = (
    results_are_as_declared,
    gradient_is_the_slope,
    arguments_stay_unwritten,
    shared_memory_is_read_only,
    residual_is_an_argument,
    equal_calls_give_equal_bits,
    images_do_not_see_each_other,
    scratch_memory_does_not_matter,
    calls_can_be_made_again,
    gradients_do_not_depend_on_wants_dx,
    gaps_in_memory_do_not_matter,
    text_is_read_back,
)


def _require(holds: bool, message: str) -> None:  # noqa: FBT001 - reads as `assert` does, and is not left out by -O
    if not holds:
        raise AssertionError(message)


def _require_equal(found: Any, expected: Any, what: str) -> None:
    _require(found == expected, f"{what}: {found}, expected {expected}")


def _require_close(found: Results, expected: Results) -> None:
    for one, other in zip(found.arrays, expected.arrays, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)


def _arrays_in(residual: object) -> Iterator[Array]:
    if isinstance(residual, np.ndarray):
        yield residual
    elif isinstance(residual, tuple | list):
        for part in residual:
            yield from _arrays_in(part)
    elif isinstance(residual, dict):
        yield from _arrays_in(list(residual.values()))


def _join(left: Array | None, right: Array | None) -> Array:
    return np.concatenate([np.asarray(left), np.asarray(right)], axis=-1)


def _joined(first: Arguments, second: Arguments) -> Arguments:
    xs = tuple(map(_join, first.xs, second.xs))
    return Arguments(xs, first.params, first.state, _join(first.dy, second.dy))

"""The gradient check is itself checked: it must accept what is right and reject what is a little wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import attrs
import numpy as np
import pytest

from cnndsl.layers import _convolution, bias_relu, conv, fc, pool, relu, softmax
from cnndsl.layers._kind import Array, Context, Params, at_once
from cnndsl.layers._window import window_of
from cnndsl.testing.calls import arguments, replayed, run, same_results
from cnndsl.testing.gradients import check_gradient
from tests.strategies import Case

SEEDS = range(5)
Gradients: TypeAlias = "tuple[tuple[Array | None, ...], dict[str, Array]]"

CONV = Case(conv.KIND, conv.Conv(3, (3, 2), (2, 1), (1, 1)), ((2, 6, 5),))
DENSE = Case(fc.KIND, fc.FC(4), ((2, 3, 3),))
POOL = Case(pool.KIND, pool.Pool((3, 2), (2, 2)), ((2, 7, 6),))
RELU = Case(relu.KIND, relu.ReLU(), ((2, 4, 3),))
SOFTMAX = Case(softmax.KIND, softmax.Softmax(), ((5,),))
BIAS_RELU = Case(bias_relu.KIND, bias_relu.BiasReLU(), ((3, 8, 8),))
SOUND = (CONV, DENSE, POOL, RELU, SOFTMAX, BIAS_RELU)

over_seeds = pytest.mark.parametrize("seed", SEEDS)
over_sound = pytest.mark.parametrize("case", SOUND, ids=lambda case: case.kind.name)


def spoiled(case: Case, spoil: Callable[..., Gradients]) -> Case:
    """The case with gradients that went through ``spoil(dxs, grads, ...)``; it also sees the call they come from."""

    def backward(spec: Any, params: Params, residual: Any, dy: Array, ctx: Context) -> Gradients:
        return spoil(*case.kind.backward(spec, params, residual, dy, ctx), spec, params, dy, ctx)

    return attrs.evolve(case, kind=attrs.evolve(case.kind, backward=backward))


def wrong_parts(case: Case, seed: int) -> set[str]:
    return check_gradient(attrs.evolve(case, seed=seed)).wrong


@over_seeds
@over_sound
def test_right_gradients_are_accepted(case: Case, seed: int) -> None:
    verdict = check_gradient(attrs.evolve(case, seed=seed))
    assert verdict.right, verdict


@over_seeds
@over_sound
def test_a_thousandth_too_much_is_rejected_in_every_part(case: Case, seed: int) -> None:
    def enlarge(dxs: tuple[Array, ...], grads: dict[str, Array], *_: object) -> Gradients:
        return tuple(dx * 1.001 for dx in dxs), {name: grad * 1.001 for name, grad in grads.items()}

    verdict = check_gradient(attrs.evolve(spoiled(case, enlarge), seed=seed))
    assert not verdict.right
    assert wrong_parts(spoiled(case, enlarge), seed) == set(verdict.errors)


@over_seeds
@pytest.mark.parametrize("case", [CONV, DENSE, BIAS_RELU], ids=lambda case: case.kind.name)
def test_a_forgotten_bias_is_rejected(case: Case, seed: int) -> None:
    def forget(dxs: tuple[Array, ...], grads: dict[str, Array], *_: object) -> Gradients:
        return dxs, {**grads, "b": np.zeros_like(grads["b"])}

    assert wrong_parts(spoiled(case, forget), seed) == {"b"}


@over_seeds
def test_an_unflipped_kernel_is_rejected(seed: int) -> None:
    def unflip(
        dxs: tuple[Array, ...],
        grads: dict[str, Array],
        spec: Any,
        params: Params,
        dy: Array,
        ctx: Context,
    ) -> Gradients:
        (dx,) = dxs
        mirrored = np.ascontiguousarray(params["W"][:, :, ::-1, ::-1])
        window = window_of(spec, (dx.shape[0], dx.shape[2]))
        return (_convolution.input_gradient(window, mirrored, dy, window.size, ctx),), grads

    assert wrong_parts(spoiled(CONV, unflip), seed) == {"input"}


@over_seeds
@pytest.mark.parametrize("case", [CONV, DENSE, BIAS_RELU], ids=lambda case: case.kind.name)
def test_a_mean_over_the_batch_for_a_sum_is_rejected(case: Case, seed: int) -> None:
    def average(
        dxs: tuple[Array, ...], grads: dict[str, Array], _spec: Any, _params: Params, dy: Array, *_: object
    ) -> Gradients:
        return dxs, {name: grad / dy.shape[-1] for name, grad in grads.items()}

    assert wrong_parts(spoiled(case, average), seed) == set(case.kind.weights(case.spec, *case.in_shapes))


@over_seeds
def test_softmax_without_the_sum_of_its_jacobian_is_rejected(seed: int) -> None:
    def diagonal(
        dxs: tuple[Array, ...], grads: dict[str, Array], _spec: Any, _params: Params, dy: Array, *_: object
    ) -> Gradients:
        return (dxs[0] + 1e-3 * dy.mean(axis=0),), grads

    assert wrong_parts(spoiled(SOFTMAX, diagonal), seed) == {"input"}


def test_gradients_that_are_not_numbers_are_rejected() -> None:
    def lose(dxs: tuple[Array, ...], grads: dict[str, Array], *_: object) -> Gradients:
        return tuple(dx * np.nan for dx in dxs), grads

    assert not check_gradient(spoiled(RELU, lose)).right


def test_a_missing_gradient_is_rejected() -> None:
    def lose(_dxs: tuple[Array, ...], grads: dict[str, Array], *_: object) -> Gradients:
        return (None,), {"W": grads["W"]}

    assert wrong_parts(spoiled(DENSE, lose), 0) == {"input", "b"}


@pytest.mark.parametrize("part", ["forward", "backward"])
@pytest.mark.parametrize("case", SOUND, ids=lambda case: case.kind.name)
def test_a_layer_that_computes_behind_the_contexts_back_shows_when_its_calls_are_made_again(
    case: Case, part: str
) -> None:
    def quietly(*args: Any) -> Any:
        return getattr(case.kind, part)(*args[:-1], attrs.evolve(args[-1], run=at_once))

    sneaky = attrs.evolve(case, kind=attrs.evolve(case.kind, **{part: quietly}))
    noted, given = arguments(case), arguments(attrs.evolve(case, seed=1))
    assert same_results(replayed(case, noted, given), run(case, given)) == case.kind.replayable
    assert not same_results(replayed(sneaky, noted, given), run(case, given))


def test_a_gradient_to_every_tied_maximum_is_rejected_for_the_ties_alone() -> None:
    case = attrs.evolve(POOL, spec=pool.Pool(2), in_shapes=((2, 6, 6),))

    def forward(spec: Any, params: Params, state: Params, xs: tuple[Array, ...], ctx: Context) -> Any:
        return *case.kind.forward(spec, params, state, xs, ctx)[:2], xs[0]

    def backward(_spec: Any, _params: Params, x: Array, dy: Array, _ctx: Context) -> Gradients:
        windows = x.reshape(3, 2, 2, 3, 2, -1)
        is_largest = windows == windows.max(axis=(1, 4), keepdims=True)
        return ((is_largest * dy[:, None, :, :, None]).reshape(x.shape),), {}

    every = attrs.evolve(case, kind=attrs.evolve(case.kind, forward=forward, backward=backward))
    assert wrong_parts(every, 0) == {"input, ties"}
    assert not wrong_parts(case, 0)


def test_coordinates_are_seldom_left_out() -> None:
    assert sum(check_gradient(attrs.evolve(BIAS_RELU, seed=seed)).left_out for seed in range(60)) < 6


def bent_at(case: Case, offset: float) -> Case:
    """Absolute values, the first input being ``offset`` short of its kink."""
    (x,) = arguments(case).xs
    kinks = np.where(x == x[0, 0, 0, 0], x + offset, 0)

    def forward(_spec: Any, _params: Params, state: Params, xs: tuple[Array, ...], _ctx: Context) -> Any:
        return abs(xs[0] - kinks), state, xs[0] > kinks

    def backward(_spec: Any, _params: Params, above: Any, dy: Array, _ctx: Context) -> Gradients:
        return (np.where(above, dy, -dy),), {}

    return attrs.evolve(case, kind=attrs.evolve(RELU.kind, forward=forward, backward=backward))


@over_seeds
@pytest.mark.parametrize("offset", [0, 1e-7, -2e-6, 6e-6])
def test_the_one_coordinate_at_a_kink_is_left_out_and_all_others_are_checked(seed: int, offset: float) -> None:
    verdict = check_gradient(bent_at(attrs.evolve(RELU, seed=seed), offset))
    assert verdict.right, verdict
    assert verdict.left_out == 1
    assert [done.checked for done in verdict.comparisons] == [done.total - 1 for done in verdict.comparisons]


def test_a_function_with_kinks_everywhere_is_unclear() -> None:
    def forward(_spec: Any, _params: Params, state: Params, xs: tuple[Array, ...], _ctx: Context) -> Any:
        return np.floor(xs[0] * 1e5) / 1e5, state, None

    def backward(_spec: Any, _params: Params, _residual: Any, dy: Array, _ctx: Context) -> Gradients:
        return (dy,), {}

    steps = attrs.evolve(RELU.kind, forward=forward, backward=backward)
    verdict = check_gradient(attrs.evolve(RELU, kind=steps))
    assert [done.is_unclear for done in verdict.comparisons] == [True]
    assert not verdict.errors

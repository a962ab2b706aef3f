"""Every optimiser against the laws of all, and against PyTorch's formulas written out number by number."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from math import copysign, sqrt
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl import optim
from cnndsl.optim import Array, Optimiser, Tree, apply_updates, chain
from cnndsl.settings import optimizers as schema
from tests.compiler.networks import assert_close, map_tree, same_bits
from tests.strategies import seeds, thorough

SHAPES = {"Conv.0": {"W": (2, 3, 2, 1), "b": (2,)}, "FC.0": {"W": (4, 5), "b": (4,)}, "gain": {"scale": ()}}

TABLE: dict[str, Optimiser] = {
    **{name: make(0.05) for name, make in optim.OPTIMISERS.items()},
    "scale": optim.scale(-0.1),
    "trace": optim.trace(0.8),
    "trace, nesterov": optim.trace(0.8, nesterov=True),
    "adam, other constants": optim.adam(0.02, 0.7, 0.95, 1e-3),
    "chain": chain(optim.trace(0.5), optim.adam(0.1), optim.scale(0.3)),
    "chain of none": chain(),
    "adam on a schedule": optim.adam(lambda count: 0.1 / (1 + count)),
    "sgd on a schedule": optim.sgd(lambda count: 0.1 * count, 0.9),
    "adamw, decay for all": optim.adamw(0.1, 0.5, share=lambda _name, _array: 1.0),
    "lion, decay": optim.lion(0.1, weight_decay=0.3),
    "nesterov, decay": optim.sgd(0.1, 0.9, 0.3, nesterov=True),
    "clip by value": optim.clip_by_value(0.5),
    "scale by path": optim.scale_by_path(lambda name: 0.0 if name.endswith("/b") else 2.0 if "FC" in name else 1.0),
}
JOINT = {"clip by norm": optim.clip_by_norm(0.7)}  # here every parameter sees the others
every_optimiser = pytest.mark.parametrize("optimiser", [*TABLE.values(), *JOINT.values()], ids=[*TABLE, *JOINT])


def random_tree(seed: int, dtype: type = np.float64) -> Tree:
    rng = np.random.default_rng(seed)
    return {
        path: {name: np.asarray(rng.standard_normal(shape), dtype) for name, shape in own.items()}
        for path, own in SHAPES.items()
    }


def arrays_in(value: Any) -> Iterator[Array]:
    """The arrays in a tree, a state, or a tuple of them."""
    if isinstance(value, np.ndarray):
        yield value
    elif attrs.has(type(value)):
        yield from arrays_in(list(attrs.asdict(value, recurse=False).values()))
    elif isinstance(value, dict):
        yield from arrays_in(list(value.values()))
    elif isinstance(value, list | tuple):
        for part in value:
            yield from arrays_in(part)


def run(optimiser: Optimiser, params: Tree, steps: int = 10) -> list[Tree]:
    """The parameters after each step, with gradients that depend on nothing."""
    state, history = optimiser.init(params), []
    for step in range(steps):
        updates, state = optimiser.update(random_tree(100 + step), state, params)
        params = apply_updates(params, updates)
        history.append(params)
    return history


@every_optimiser
def test_update_leaves_its_arguments_alone(optimiser: Optimiser) -> None:
    params, grads = random_tree(0), random_tree(1)
    _, state = optimiser.update(random_tree(2), optimiser.init(params), params)
    given = list(arrays_in((params, grads, state)))
    before = [array.copy() for array in given]
    for array in given:
        array.flags.writeable = False
    updates, _ = optimiser.update(grads, state, params)
    assert all(map(np.array_equal, given, before))
    assert not any(np.shares_memory(update, array) for update in arrays_in(updates) for array in arrays_in(params))


@every_optimiser
def test_equal_updates_have_equal_bits(optimiser: Optimiser) -> None:
    histories = [run(optimiser, random_tree(0)) for _ in range(2)]
    assert all(map(same_bits, *histories))


@every_optimiser
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_updates_have_the_keys_shapes_and_type_of_the_parameters(optimiser: Optimiser, dtype: type) -> None:
    params, state = random_tree(0, dtype), optimiser.init(random_tree(0, dtype))
    for step in range(3):
        updates, state = optimiser.update(random_tree(step, dtype), state, params)
        assert map_tree(lambda array: (array.shape, array.dtype), updates) == map_tree(
            lambda array: (array.shape, array.dtype), params
        )
        params = apply_updates(params, updates)
    assert {array.dtype for array in arrays_in((params, state))} == {np.dtype(dtype)}


@every_optimiser
def test_the_order_of_the_gradients_does_not_matter(optimiser: Optimiser) -> None:
    params, grads = random_tree(0), random_tree(1)
    turned = {path: dict(reversed(own.items())) for path, own in reversed(grads.items())}
    state = optimiser.init(params)
    after = [apply_updates(params, optimiser.update(given, state, params)[0]) for given in (grads, turned)]
    assert same_bits(*after)


@pytest.mark.parametrize("optimiser", TABLE.values(), ids=TABLE)
def test_parameters_do_not_see_each_other(optimiser: Optimiser) -> None:
    params, grads = random_tree(0), random_tree(1)
    together, _ = optimiser.update(grads, optimiser.init(params), params)
    for path in params:
        own, own_grads = {path: params[path]}, {path: grads[path]}
        alone, _ = optimiser.update(own_grads, optimiser.init(own), own)
        assert_close(alone, {path: together[path]}, 1e-14)


@every_optimiser
def test_nothing_to_learn_is_no_error(optimiser: Optimiser) -> None:
    updates, _ = optimiser.update({}, optimiser.init({}), {})
    assert apply_updates({}, updates) == {}


@pytest.mark.parametrize("name", optim.OPTIMISERS)
def test_a_rate_of_zero_changes_nothing(name: str) -> None:
    params = random_tree(0)
    assert same_bits(run(optim.OPTIMISERS[name](0.0), params)[-1], params)


# Whose steps do not get shorter near the end, or too short on the way; and one that is drawn to zero besides.
OWN_RATES: dict[str, dict[str, Any]] = {
    "lion": {"lr": lambda count: 0.05 * (1 - count / 500)},
    "rmsprop": {"lr": lambda count: 0.05 * (1 - count / 500)},
    "adagrad": {"lr": 0.5},
    "adamw": {"lr": 0.02, "weight_decay": 0.0},
}


@pytest.mark.parametrize("name", optim.OPTIMISERS)
def test_a_quadratic_is_minimised(name: str) -> None:
    target, params = random_tree(7), random_tree(8)
    optimiser = optim.OPTIMISERS[name](**OWN_RATES.get(name, {"lr": 0.02}))
    state = optimiser.init(params)
    for _ in range(500):
        updates, state = optimiser.update(map_tree(np.subtract, params, target), state, params)
        params = apply_updates(params, updates)
    assert max(abs(array).max() for array in arrays_in(map_tree(np.subtract, params, target))) < 1e-3


def test_apply_updates_adds_and_makes_new_arrays() -> None:
    params, updates = random_tree(0), random_tree(1)
    before = map_tree(np.copy, params)
    assert same_bits(apply_updates(params, updates), map_tree(np.add, params, updates))
    assert same_bits(params, before)


def test_a_chain_hands_updates_on_as_gradients() -> None:
    first, second = optim.trace(0.8), optim.adam(0.1)
    params = random_tree(0)
    chained, states, state = chain(first, second), [first.init(params), second.init(params)], None
    state = chained.init(params)
    for step in range(5):
        grads = random_tree(step)
        by_hand, states[0] = first.update(grads, states[0], params)
        by_hand, states[1] = second.update(by_hand, states[1], params)
        updates, state = chained.update(grads, state, params)
        assert same_bits(updates, by_hand)


def test_chains_of_chains_are_chains() -> None:
    parts = optim.trace(0.8), optim.scale(2), optim.adam(0.1)
    nested, flat = chain(parts[0], chain(*parts[1:])), chain(*parts)
    assert all(map(same_bits, run(nested, random_tree(0)), run(flat, random_tree(0))))


def test_an_update_of_the_chain_that_does_nothing_is_the_gradient_itself() -> None:
    params, grads = random_tree(0), random_tree(1)
    for idle in (optim.clip_by_norm(1e6), optim.scale_by_path(lambda _name: 1.0), optim.add_decay(0.0)):
        updates, _ = idle.update(grads, idle.init(params), params)
        assert all(one is other for one, other in zip(arrays_in(updates), arrays_in(grads), strict=True))


@thorough(40)
@given(seed=seeds(), largest=st.floats(1e-3, 1e3), dtype=st.sampled_from((np.float32, np.float64)))
def test_a_clipped_gradient_has_its_direction_and_at_most_that_norm(seed: int, largest: float, dtype: type) -> None:
    grads = random_tree(seed, dtype)
    whole = flat(grads)
    updates, _ = optim.clip_by_norm(largest).update(grads, (), grads)
    clipped = flat(updates)
    norm = float(np.linalg.norm(whole))
    expected = whole * min(1.0, largest / (norm + 1e-6))
    np.testing.assert_allclose(clipped, expected, rtol=1e-5 if dtype is np.float32 else 1e-12)
    assert np.linalg.norm(clipped) <= largest * (1 + 1e-6)


def flat(tree: Tree) -> Array:
    return np.concatenate([np.ravel(array) for own in tree.values() for array in own.values()])


def test_clipped_values_are_in_their_bounds_and_the_others_stay() -> None:
    grads = random_tree(0)
    updates, _ = optim.clip_by_value(0.5).update(grads, (), grads)
    assert same_bits(updates, map_tree(lambda array: np.clip(array, -0.5, 0.5), grads))


@pytest.mark.parametrize("make", [optim.adamw, lambda lr, decay: optim.lion(lr, weight_decay=decay)])
def test_decay_shrinks_matrices_and_leaves_biases_and_scales(make) -> None:
    params = random_tree(0)
    params = {**params, "norm": {"scale": np.ones(3), "bias": np.ones(3)}}
    zeros = map_tree(np.zeros_like, params)
    optimiser = make(0.1, 0.5)
    updates, _ = optimiser.update(zeros, optimiser.init(params), params)
    after = apply_updates(params, updates)
    for path, own in params.items():
        for name, array in own.items():
            expected = array * (1 - 0.1 * 0.5) if array.ndim > 1 else array
            np.testing.assert_allclose(after[path][name], expected, rtol=1e-14)


def test_adamw_without_decay_is_adam() -> None:
    for one, other in zip(
        run(optim.adamw(0.05, 0.0), random_tree(0)), run(optim.adam(0.05), random_tree(0)), strict=True
    ):
        assert_close(one, other, 1e-13)


@pytest.mark.parametrize("name", optim.OPTIMISERS)
def test_a_rate_that_never_changes_may_be_a_number_or_a_function(name: str) -> None:
    make = optim.OPTIMISERS[name]
    for one, other in zip(run(make(0.05), random_tree(0)), run(make(lambda _: 0.05), random_tree(0)), strict=True):
        assert same_bits(one, other)


@pytest.mark.parametrize("name", ["sgd", "adam", "rmsprop", "lion"])
def test_the_rate_is_asked_for_the_steps_done(name: str) -> None:
    asked: list[int] = []
    run(optim.OPTIMISERS[name](lambda count: asked.append(count) or 0.1), random_tree(0), 4)  # type: ignore[func-returns-value]
    assert asked == [0, 1, 2, 3]


def test_a_factor_of_zero_hides_even_what_is_not_finite() -> None:
    grads = {"a": {"W": np.array([np.inf, np.nan])}, "b": {"W": np.array([1.0, 2.0])}}
    updates, _ = optim.scale_by_path({"a/W": 0.0, "b/W": 3.0}.__getitem__).update(grads, (), grads)
    np.testing.assert_array_equal(updates["a"]["W"], [0, 0])
    np.testing.assert_array_equal(updates["b"]["W"], [3, 6])


def test_a_moving_average_starts_with_the_first_and_forgets_it() -> None:
    first, second = random_tree(0), random_tree(1)
    assert optim.moving_average(None, first, 0.9) is first
    blended = optim.moving_average(first, second, 0.75)
    assert_close(blended, map_tree(lambda a, b: 0.75 * a + 0.25 * b, first, second), 1e-15)
    assert {array.dtype for array in arrays_in(optim.moving_average(*map(_single, (first, second)), 0.9))} == {
        np.dtype(np.float32)
    }


def _single(tree: Tree) -> Tree:
    return map_tree(lambda array: array.astype(np.float32), tree)


@pytest.mark.parametrize("name", schema.OPTIMIZERS.known)
def test_the_constants_of_a_file_are_those_of_the_function(name: str) -> None:
    fields = attrs.fields_dict(schema.OPTIMIZERS.find("optimizer", name))
    taken = inspect.signature(optim.OPTIMISERS[name]).parameters
    given = {key: each.default for key, each in fields.items() if key != "lr"}
    assert given == {key: taken[key].default for key in given}


# PyTorch's formulas for one number: parameter and gradients in, the parameter after each gradient out.
Formula = Callable[[float, list[float]], list[float]]


def sgd_formula(lr: float, momentum: float = 0.0, *, nesterov: bool = False) -> Formula:
    def follow(parameter: float, gradients: list[float]) -> list[float]:
        values, buffer = [], 0.0
        for step, gradient in enumerate(gradients):
            buffer = gradient if step == 0 else momentum * buffer + gradient
            direction = gradient + momentum * buffer if nesterov else buffer
            parameter -= lr * (direction if momentum else gradient)
            values.append(parameter)
        return values

    return follow


def adam_formula(lr: float, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8) -> Formula:
    def follow(parameter: float, gradients: list[float]) -> list[float]:
        values, mean, square = [], 0.0, 0.0
        for step, gradient in enumerate(gradients, 1):
            mean = beta1 * mean + (1 - beta1) * gradient
            square = beta2 * square + (1 - beta2) * gradient * gradient
            root = sqrt(square) / sqrt(1 - beta2**step)
            parameter -= lr / (1 - beta1**step) * mean / (root + eps)
            values.append(parameter)
        return values

    return follow


def root_formula(lr: float, eps: float, keep: float | None = None) -> Formula:
    """RMSProp with ``keep``, Adagrad without."""

    def follow(parameter: float, gradients: list[float]) -> list[float]:
        values, square = [], 0.0
        for gradient in gradients:
            new = gradient * gradient
            square = square + new if keep is None else keep * square + (1 - keep) * new
            parameter -= lr * gradient / (sqrt(square) + eps)
            values.append(parameter)
        return values

    return follow


def lion_formula(lr: float, beta1: float = 0.9, beta2: float = 0.99) -> Formula:
    def follow(parameter: float, gradients: list[float]) -> list[float]:
        values, mean = [], 0.0
        for gradient in gradients:
            parameter -= lr * copysign(1.0, beta1 * mean + (1 - beta1) * gradient)
            mean = beta2 * mean + (1 - beta2) * gradient
            values.append(parameter)
        return values

    return follow


@pytest.mark.parametrize(
    ("optimiser", "formula"),
    [
        (optim.rmsprop(0.1), root_formula(0.1, 1e-8, 0.99)),
        (optim.rmsprop(0.1, 0.5, 0.1), root_formula(0.1, 0.1, 0.5)),
        (optim.adagrad(0.1), root_formula(0.1, 1e-10)),
        (optim.adagrad(0.1, 0.1), root_formula(0.1, 0.1)),
        (optim.lion(0.1), lion_formula(0.1)),
        (optim.lion(0.1, 0.5, 0.7), lion_formula(0.1, 0.5, 0.7)),
        (optim.sgd(0.1), sgd_formula(0.1)),
        (optim.sgd(0.1, 0.9), sgd_formula(0.1, 0.9)),
        (optim.sgd(0.1, 0.5, nesterov=True), sgd_formula(0.1, 0.5, nesterov=True)),
        (optim.adam(1e-3), adam_formula(1e-3)),
        (optim.adam(0.1, 0.8, 0.99, 1e-2), adam_formula(0.1, 0.8, 0.99, 1e-2)),
        (optim.OPTIMISERS["sgd"](0.3), sgd_formula(0.3)),
        (optim.OPTIMISERS["momentum"](0.3), sgd_formula(0.3, 0.9)),
        (optim.OPTIMISERS["nesterov"](0.3), sgd_formula(0.3, 0.9, nesterov=True)),
        (optim.OPTIMISERS["adam"](0.3), adam_formula(0.3)),
    ],
)
def test_ten_steps_follow_the_formula(optimiser: Optimiser, formula: Formula) -> None:
    params = random_tree(0)
    history = run(optimiser, params)
    gradients = [random_tree(100 + step) for step in range(10)]
    for path, own in params.items():
        for name, start in own.items():
            for index in np.ndindex(start.shape):
                expected = formula(float(start[index]), [float(given[path][name][index]) for given in gradients])
                found = [after[path][name][index] for after in history]
                np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        *(
            (lambda make=make, lr=lr: make(lr), "learning rate")
            for make in (optim.sgd, optim.adam)
            for lr in (-1, np.nan)
        ),
        *((lambda momentum=momentum: optim.sgd(0.1, momentum), "momentum") for momentum in (-0.1, 1.0, 2, np.nan)),
        (lambda: optim.sgd(0.1, nesterov=True), "nesterov"),
        *((lambda beta=beta: optim.adam(0.1, beta), "beta1") for beta in (-0.1, 1.0, np.nan)),
        *((lambda beta=beta: optim.adam(0.1, 0.9, beta), "beta2") for beta in (-0.1, 1.0, np.nan)),
        *((lambda beta=beta: optim.lion(0.1, beta), "beta1") for beta in (-0.1, 1.0, np.nan)),
        *((lambda decay=decay: optim.rmsprop(0.1, decay), "decay") for decay in (-0.1, 1.0, np.nan)),
        *((lambda make=make: make(0.1, weight_decay=-1), "weight_decay") for make in (optim.adamw, optim.lion)),
        (lambda: optim.sgd(0.1, weight_decay=-1), "weight_decay"),
        *((lambda clip=clip: clip(0), "above 0") for clip in (optim.clip_by_norm, optim.clip_by_value)),
        (lambda: optim.adagrad(0.1, -1), "eps"),
        (lambda: optim.rmsprop(np.nan), "learning rate"),
        (lambda: optim.adam(0.1, eps=-1e-8), "eps"),
    ],
)
def test_bad_settings_are_refused_in_words(make: Callable[[], Optimiser], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make()


@pytest.mark.parametrize("norm", [0.3, 0.6, 0.99])
def test_gradients_within_the_bound_pass_as_they_are(norm: float) -> None:
    grads = {"a": {"W": np.array([0.6 * norm, 0.0]), "b": np.array([-0.8 * norm])}}
    clip = optim.clip_by_norm(1.0)
    clipped, _ = clip.update(grads, clip.init(grads), grads)
    np.testing.assert_array_equal(clipped["a"]["W"], grads["a"]["W"])
    np.testing.assert_array_equal(clipped["a"]["b"], grads["a"]["b"])

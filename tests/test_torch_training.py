"""Losses, optimisers and schedules against PyTorch in double precision, where it is installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from cnndsl import loss, optim, schedule
from cnndsl.optim import Optimiser, Rate, Tree, apply_updates, chain
from tests.test_optim import random_tree

torch = pytest.importorskip("torch", reason="PyTorch is not installed: nothing to compare with")
F = torch.nn.functional

STEPS = 10
TOLERANCE = 1e-10
MakeRival = Callable[[list[Any]], Any]


def arrays(tree: Tree) -> list[Any]:
    return [array for own in tree.values() for array in own.values()]


def grads_at(step: int) -> Tree:
    return random_tree(100 + step)


def ours(optimiser: Optimiser) -> Iterator[list[Any]]:
    """The parameters after each of ten steps."""
    params, state = random_tree(0), optimiser.init(random_tree(0))
    for step in range(STEPS):
        updates, state = optimiser.update(grads_at(step), state, params)
        params = apply_updates(params, updates)
        yield arrays(params)


def theirs(make: MakeRival, schedule_of: Any = None, clip: Any = None) -> Iterator[list[Any]]:
    params = [torch.tensor(array, requires_grad=True) for array in arrays(random_tree(0))]
    rival = make(params)
    pace = schedule_of(rival) if schedule_of else None
    for step in range(STEPS):
        for param, grad in zip(params, arrays(grads_at(step)), strict=True):
            param.grad = torch.tensor(grad)
        if clip:
            clip(params)
        rival.step()
        if pace:
            pace.step()
        yield [param.detach().numpy().copy() for param in params]


def assert_same_steps(optimiser: Optimiser, make: MakeRival, schedule_of: Any = None, clip: Any = None) -> None:
    for mine, their in zip(ours(optimiser), theirs(make, schedule_of, clip), strict=True):
        for one, other in zip(mine, their, strict=True):
            np.testing.assert_allclose(one, other, rtol=TOLERANCE, atol=TOLERANCE)


def everywhere(_name: str, _array: Any) -> float:
    """PyTorch decays whatever it is given."""
    return 1.0


OPTIMISERS: dict[str, tuple[Optimiser, MakeRival]] = {
    "sgd": (optim.sgd(0.1), lambda params: torch.optim.SGD(params, 0.1)),
    "momentum": (optim.sgd(0.1, 0.9), lambda params: torch.optim.SGD(params, 0.1, 0.9)),
    "nesterov": (
        optim.sgd(0.1, 0.8, nesterov=True),
        lambda params: torch.optim.SGD(params, 0.1, 0.8, nesterov=True),
    ),
    "sgd, decay": (
        optim.sgd(0.1, weight_decay=0.3, share=everywhere),
        lambda params: torch.optim.SGD(params, 0.1, weight_decay=0.3),
    ),
    "nesterov, decay": (
        optim.sgd(0.1, 0.8, 0.3, nesterov=True, share=everywhere),
        lambda params: torch.optim.SGD(params, 0.1, 0.8, weight_decay=0.3, nesterov=True),
    ),
    "adam": (optim.adam(0.01), lambda params: torch.optim.Adam(params, 0.01)),
    "adam, other constants": (
        optim.adam(0.1, 0.7, 0.9, 1e-3),
        lambda params: torch.optim.Adam(params, 0.1, (0.7, 0.9), 1e-3),
    ),
    "adamw": (
        optim.adamw(0.01, 0.3, share=everywhere),
        lambda params: torch.optim.AdamW(params, 0.01, weight_decay=0.3),
    ),
    "adamw, matrices only": (
        optim.adamw(0.01, 0.3),
        lambda params: torch.optim.AdamW(
            [
                {"params": [param for param in params if param.ndim > 1], "weight_decay": 0.3},
                {"params": [param for param in params if param.ndim <= 1], "weight_decay": 0.0},
            ],
            0.01,
        ),
    ),
    "rmsprop": (optim.rmsprop(0.01), lambda params: torch.optim.RMSprop(params, 0.01)),
    "rmsprop, other constants": (
        optim.rmsprop(0.01, 0.8, 1e-3),
        lambda params: torch.optim.RMSprop(params, 0.01, 0.8, 1e-3),
    ),
    "adagrad": (optim.adagrad(0.1), lambda params: torch.optim.Adagrad(params, 0.1)),
    "rates by path": (
        chain(optim.adam(0.01), optim.scale_by_path(lambda name: 0.1 if name.startswith("Conv") else 1.0)),
        lambda params: torch.optim.Adam([{"params": params[:2], "lr": 0.001}, {"params": params[2:]}], 0.01),
    ),
}


@pytest.mark.parametrize("name", OPTIMISERS)
def test_ten_steps_of_an_optimiser(name: str) -> None:
    assert_same_steps(*OPTIMISERS[name])


def test_every_optimiser_but_lion_is_compared() -> None:
    assert optim.OPTIMISERS.keys() - {"lion"} <= OPTIMISERS.keys()


@pytest.mark.parametrize("largest", [0.5, 3.0, 100.0])
def test_gradients_bounded_by_their_norm(largest: float) -> None:
    assert_same_steps(
        chain(optim.clip_by_norm(largest), optim.sgd(0.1)),
        lambda params: torch.optim.SGD(params, 0.1),
        clip=lambda params: torch.nn.utils.clip_grad_norm_(params, largest),
    )


def test_gradients_bounded_by_value() -> None:
    assert_same_steps(
        chain(optim.clip_by_value(0.5), optim.sgd(0.1)),
        lambda params: torch.optim.SGD(params, 0.1),
        clip=lambda params: torch.nn.utils.clip_grad_value_(params, 0.5),
    )


def test_running_means_of_weights() -> None:
    params = [torch.nn.Parameter(torch.tensor(array)) for array in arrays(random_tree(0))]
    model = torch.nn.ParameterList(params)
    average = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.9))
    own = None
    for step in range(STEPS):
        with torch.no_grad():
            for param, value in zip(params, arrays(grads_at(step)), strict=True):
                param.copy_(torch.tensor(value))
        average.update_parameters(model)
        own = optim.moving_average(own, grads_at(step), 0.9)
        for mine, other in zip(arrays(own), average.module, strict=True):
            np.testing.assert_allclose(mine, other.detach().numpy(), rtol=TOLERANCE, atol=TOLERANCE)


# A step an epoch, ten epochs. PyTorch's one-cycle ends with its last step, ours with the last epoch: it is given eleven
# steps, and the peak where ours is.
_PEAK = (0.4 * STEPS + 1) / (STEPS + 1)
SCHEDULES: dict[str, tuple[schedule.Schedule, Callable[[Any], Any]]] = {
    "constant": (schedule.constant(0.1, STEPS), lambda rival: torch.optim.lr_scheduler.ConstantLR(rival, 1.0)),
    "step": (schedule.step(0.1, STEPS, 3, 0.5), lambda rival: torch.optim.lr_scheduler.StepLR(rival, 3, 0.5)),
    "multistep": (
        schedule.multistep(0.1, STEPS, (2, 7)),
        lambda rival: torch.optim.lr_scheduler.MultiStepLR(rival, [2, 7]),
    ),
    "exponential": (schedule.exponential(0.1, STEPS), lambda rival: torch.optim.lr_scheduler.ExponentialLR(rival, 0.9)),
    "warmup": (
        schedule.warmup(0.1, STEPS, 4),
        lambda rival: torch.optim.lr_scheduler.LambdaLR(rival, lambda e: min(1.0, e / 4)),
    ),
    "cosine": (
        schedule.cosine(0.1, STEPS, floor=0.01),
        lambda rival: torch.optim.lr_scheduler.CosineAnnealingLR(rival, STEPS, 0.01),
    ),
    "cosine after a warm-up": (
        schedule.cosine(0.1, STEPS, 4),
        lambda rival: torch.optim.lr_scheduler.SequentialLR(
            rival,
            [
                torch.optim.lr_scheduler.LambdaLR(rival, lambda e: e / 4),
                torch.optim.lr_scheduler.CosineAnnealingLR(rival, STEPS - 4),
            ],
            [4],
        ),
    ),
    "onecycle": (
        schedule.onecycle(0.1, STEPS, 0.4, 25.0, 1e4),
        lambda rival: torch.optim.lr_scheduler.OneCycleLR(
            rival, 0.1, STEPS + 1, pct_start=_PEAK, div_factor=25.0, final_div_factor=1e4 / 25, cycle_momentum=False
        ),
    ),
    "polynomial": (
        schedule.polynomial(0.1, STEPS, 2.0),
        lambda rival: torch.optim.lr_scheduler.PolynomialLR(rival, STEPS, 2.0),
    ),
}


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize(
    ("make", "rival"),
    [
        (lambda rate: optim.sgd(rate, 0.9), lambda params: torch.optim.SGD(params, 0.1, 0.9)),
        (optim.adam, lambda params: torch.optim.Adam(params, 0.1)),
    ],
    ids=["momentum", "adam"],
)
def test_ten_steps_on_a_schedule(name: str, make: Callable[[Rate], Optimiser], rival: MakeRival) -> None:
    own, other = SCHEDULES[name]
    assert_same_steps(make(schedule.in_steps(own, 1)), rival, other)


def test_every_schedule_is_compared() -> None:
    assert schedule.SCHEDULES.keys() <= SCHEDULES.keys()


def test_adamw_on_a_schedule_decays_less_as_it_slows_down() -> None:
    own, other = SCHEDULES["cosine"]
    assert_same_steps(
        optim.adamw(schedule.in_steps(own, 1), 0.3, share=everywhere),
        lambda params: torch.optim.AdamW(params, 0.1, weight_decay=0.3),
        other,
    )


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("patience", [1, 2, 4])
def test_a_plateau(seed: int, patience: int) -> None:
    values = np.random.default_rng(seed).integers(0, 8, 60) + np.linspace(6, 0, 60)
    rival = torch.optim.SGD([torch.zeros(1, requires_grad=True)], 1.0)
    pace = torch.optim.lr_scheduler.ReduceLROnPlateau(rival, factor=0.5, patience=patience - 1, threshold=0.0, eps=0.0)
    update, state = schedule.plateau(0.5, patience), schedule.PlateauState()
    for value in values:
        state = update(state, float(value))
        pace.step(float(value))
        assert state.factor == rival.param_groups[0]["lr"]


WEIGHTS = (0.5, 1.0, 2.0, 3.0)
LOSSES: dict[str, tuple[loss.Loss, Callable[[Any, Any], Any]]] = {
    "cross-entropy": (loss.cross_entropy(), F.cross_entropy),
    "smoothed": (loss.cross_entropy(0.1), lambda z, y: F.cross_entropy(z, y, label_smoothing=0.1)),
    "weighted": (
        loss.cross_entropy(weights=WEIGHTS),
        lambda z, y: F.cross_entropy(z, y, torch.tensor(WEIGHTS).double()),
    ),
    "smoothed and weighted": (
        loss.cross_entropy(0.3, WEIGHTS),
        lambda z, y: F.cross_entropy(z, y, torch.tensor(WEIGHTS).double(), label_smoothing=0.3),
    ),
    "focal": (loss.focal(), lambda z, y: _focal(z, y, 2.0)),
    "focal 0.5": (loss.focal(0.5), lambda z, y: _focal(z, y, 0.5)),
    "mse": (loss.mse(), lambda z, y: F.mse_loss(F.softmax(z, 1), F.one_hot(y, z.shape[1]).double())),
    "hinge": (loss.hinge(), F.multi_margin_loss),
    "hinge 0.3": (loss.hinge(0.3), lambda z, y: F.multi_margin_loss(z, y, margin=0.3)),
}


def _focal(scores: Any, labels: Any, gamma: float) -> Any:
    """PyTorch has none: this is its definition, differentiated by PyTorch."""
    own = F.log_softmax(scores, 1)[torch.arange(len(labels)), labels]
    return -((1 - own.exp()) ** gamma * own).mean()


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("seed", range(5))
def test_losses_of_a_batch_and_their_gradients(name: str, seed: int) -> None:
    own, rival = LOSSES[name]
    rng = np.random.default_rng(seed)
    scores, labels = 3 * rng.standard_normal((4, 9)), rng.integers(0, 4, 9)
    values, gradient = own.each(scores, labels)
    their_scores = torch.tensor(scores.T.copy(), requires_grad=True)
    value = rival(their_scores, torch.tensor(labels))
    value.backward()
    assert own.mean(values, labels) == pytest.approx(value.item(), rel=1e-12)
    np.testing.assert_allclose(
        gradient.T / own.total(labels), their_scores.grad.numpy(), rtol=TOLERANCE, atol=TOLERANCE
    )


def test_every_loss_is_compared() -> None:
    made = {own.each if not hasattr(own.each, "func") else own.each.func for own, _ in LOSSES.values()}
    assert {getattr(make().each, "func", make().each) for make in loss.LOSSES.values()} <= made

"""Short trainings: with a growing learning rate, on a single batch, and as it is to be done where that seems too fast.

The range test is that of L. N. Smith, "Cyclical learning rates for training neural networks" (WACV 2017): from the
first weights, the rate grows by the same factor at each step. The loss falls where rates are large enough, and rises
where they are too large. What is suggested is a tenth of the first rate at which the loss, smoothed, had made nine
tenths of its way from that of guessing to its lowest. (Where the lowest is, is chance where all is learnt on the way.)
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice
from math import isfinite, log10

import numpy as np
from attrs import evolve, frozen

from cnndsl.compiler import Program
from cnndsl.data import Split, batches
from cnndsl.doctor.finding import Finding
from cnndsl.layers._kind import Array
from cnndsl.settings.schedules import Constant
from cnndsl.training import Settings, optimiser_of, start, train_step

_LOWEST, _HIGHEST = 1e-6, 10.0
_STEPS, _FEWEST_STEPS = 120, 40
_WORK = 300_000_000_000  # multiply-adds that one of the trainings may take, backward passes included
_WINDOW = 9  # steps that are averaged, centred: a running mean would lag behind the rate
_OUT_OF_HAND = 4.0  # times the first loss: the test ends
_LEARNT = 0.97  # of guessing, that the smoothed loss must be below for a rate to have helped
_BELOW = 10.0  # how far below the best rate of the test a rate is safe
_NEARLY = 0.1  # of the way from guessing to the lowest loss may be missing
_DOUBTFUL = 3.0  # times the suggestion
_TOO_LOW = 100.0  # times below the suggestion
_EVERY = 5  # steps between looks at how much of the batch is learnt
_BY_HEART = 0.95  # of its images


@frozen(eq=False)
class RangeTest:
    """Learning rates, and the smoothed loss at each; ``guessed`` is the loss of guessing.

    ``suggested`` is None where no rate lowered the loss; ``limit`` is the first rate beyond the best at which the loss
    was no better than guessing, None where there was no such one in the test.
    """

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    guessed: float

    @property
    def suggested(self) -> float | None:
        """A tenth of the rate at which the loss was nearly at its lowest, to one digit."""
        if self._best is None:
            return None
        low = self.losses[self._best] + _NEARLY * (self.guessed - self.losses[self._best])
        reached = next(rate for rate, loss in zip(self.rates, self.losses, strict=True) if loss <= low)
        return _rounded(reached / _BELOW)

    @property
    def limit(self) -> float | None:
        """Where the loss came back to that of guessing."""
        best = self._best
        if best is None:
            return None
        beyond = zip(self.rates[best:], self.losses[best:], strict=True)
        return next((rate for rate, loss in beyond if not loss < self.guessed), None)

    @property
    def _best(self) -> int | None:
        """The step with the lowest loss, where that is less than guessing has."""
        best = int(np.argmin(self.losses))
        return best if self.losses[best] < _LEARNT * self.guessed else None


@frozen
class FirstSteps:
    """The first steps of the training that is wanted: how many, and the mean loss over the last quarter of them."""

    steps: int
    loss: float


@frozen
class OneBatch:
    """A batch trained on again and again at a rate: images, steps, and the share of it that was right in the end."""

    images: int
    rate: float
    steps: int
    accuracy: float

    @property
    def is_learnt(self) -> bool:
        """Whether it was learnt by heart."""
        return self.accuracy >= _BY_HEART


def range_test(program: Program, train: Split, settings: Settings, guessed: float) -> RangeTest:
    """The range test with the optimiser of the settings, on batches of the training images."""
    size = min(settings.batch, len(train))
    steps = affordable_steps(program, size, _STEPS)
    rates = np.geomspace(_LOWEST, max(_HIGHEST, 2 * settings.lr), steps)
    carry = start(program, optimiser_of(_at(settings, _LOWEST), 1), settings.seed)
    losses: list[float] = []
    for step, (x, labels) in enumerate(islice(_endless(train, size, settings.seed), steps)):
        optimiser = optimiser_of(_at(settings, float(rates[step])), 1)
        carry, loss = train_step(program, optimiser, carry, x, labels, (settings.seed, "range test", step))
        losses.append(loss)
        if not isfinite(loss) or loss > _OUT_OF_HAND * max(losses[0], guessed):
            break
    return RangeTest(tuple(rates[: len(losses)].tolist()), _smooth(losses), guessed)


def first_steps(program: Program, train: Split, settings: Settings) -> FirstSteps:
    """Train as the settings have it, schedule included, for a while: a rate that grew slowly may have been kinder."""
    size = min(settings.batch, len(train))
    steps = affordable_steps(program, size, _STEPS)
    optimiser = optimiser_of(settings, max(1, len(train) // size))
    carry = start(program, optimiser, settings.seed)
    losses: list[float] = []
    for step, (x, labels) in enumerate(islice(_endless(train, size, settings.seed), steps)):
        carry, loss = train_step(program, optimiser, carry, x, labels, (settings.seed, "first steps", step))
        losses.append(loss)
    return FirstSteps(steps, float(np.mean(losses[-(steps // 4) :])))


def is_doubtful(test: RangeTest, settings: Settings) -> bool:
    """Whether the rate is high enough above the suggestion to be worth a try."""
    too_high = test.limit is not None and settings.lr >= test.limit
    return test.suggested is not None and not too_high and settings.lr > _DOUBTFUL * test.suggested


def learn_one_batch(program: Program, x: Array, labels: Array, settings: Settings, suggested: float | None) -> OneBatch:
    """Train on one batch at the rate that is suggested and, if that does not do, at that of the settings."""
    first = _train_on(program, x, labels, settings, suggested or settings.lr)
    if first.is_learnt or first.rate == settings.lr:
        return first
    second = _train_on(program, x, labels, settings, settings.lr)
    return second if second.accuracy > first.accuracy else first


def _train_on(program: Program, x: Array, labels: Array, settings: Settings, rate: float) -> OneBatch:
    """Train on one batch until it is known by heart, or for as many steps as may be."""
    optimiser = optimiser_of(_at(settings, rate), 1)
    carry = start(program, optimiser, settings.seed)
    steps = affordable_steps(program, len(x), 2 * _STEPS)
    accuracy = 0.0
    for step in range(1, steps + 1):
        carry, loss = train_step(program, optimiser, carry, x, labels, (settings.seed, "one batch", step))
        if step % _EVERY == 0 or step == steps:
            scores = program.scores(carry.params, carry.state, x)
            accuracy = float((scores.argmax(axis=1) == labels).mean())
        if not isfinite(loss) or accuracy >= _BY_HEART:
            break
    return OneBatch(len(x), rate, step, accuracy)


def judge_learning(test: RangeTest, batch: OneBatch, tried: FirstSteps | None, settings: Settings) -> Iterator[Finding]:
    """H941 to H943."""
    if not batch.is_learnt:
        message = (
            f"{batch.images} images cannot be learnt by heart: {batch.accuracy:.0%} are right after {batch.steps} steps"
        )
        hint = "more filters or units, less Dropout, no `frozen` paths; a network that cannot do this can do nothing"
        yield Finding("H941", "error", message, hint)
    if test.suggested is None:
        return
    hint = f"`--lr {test.suggested:g}`, what the range test suggests"
    if test.limit is not None and settings.lr >= test.limit:
        message = f"the learning rate {settings.lr:g} is too high: from {test.limit:.2g} on nothing is learnt"
        yield Finding("H942", "error", message, hint)
    elif tried is not None and not tried.loss < _LEARNT * test.guessed:
        message = (
            f"the learning rate {settings.lr:g} is too high: after {tried.steps} steps the loss is {tried.loss:.4g}, "
            f"guessing has {test.guessed:.4g}"
        )
        yield Finding("H942", "error", message, hint)
    elif settings.lr * _TOO_LOW < test.suggested:
        message = f"the learning rate {settings.lr:g} is {test.suggested / settings.lr:,.0f} times below a good one"
        yield Finding("H943", "warning", message, hint)


def affordable_steps(program: Program, images: int, most: int) -> int:
    """Steps on so many images: fewer for networks that take long."""
    work = 3 * images * max(1, program.figures.macs)  # the backward pass is two forward ones
    return max(_FEWEST_STEPS, min(most, _WORK // work))


def _at(settings: Settings, rate: float) -> Settings:
    return evolve(settings, lr=rate, schedule=Constant())


def _endless(train: Split, size: int, seed: int) -> Iterator[tuple[Array, Array]]:
    for epoch in count():
        yield from batches(train, size, key=(seed, "range test", epoch), drop_last=True)


def _smooth(losses: list[float]) -> tuple[float, ...]:
    """The mean of each loss and its neighbours, as far as there are as many on both sides."""
    values = np.nan_to_num(np.array(losses), nan=np.inf, posinf=np.inf)
    reach = [min(_WINDOW // 2, place, len(values) - 1 - place) for place in range(len(values))]
    return tuple(float(values[place - side : place + side + 1].mean()) for place, side in enumerate(reach))


def _rounded(rate: float) -> float:
    """A rate to one digit."""
    return round(rate, -int(np.floor(log10(rate))))

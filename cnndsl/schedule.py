"""Schedules: the learning rate as a pure function of time. ``e`` is in epochs, fractions included; ``E`` the last one.

A constructor takes the learning rate and ``E``, then its constants by name, and gives ``e -> learning rate``;
:func:`in_steps` makes that a function of steps, which is what an optimiser takes. A plateau depends on how training
goes, so it is a function of an explicit state instead.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import cos, inf, pi

from attrs import evolve, frozen

Schedule = Callable[[float], float]


def in_steps(schedule: Schedule, steps_per_epoch: float) -> Callable[[int], float]:
    """The learning rate by the number of steps done."""
    return lambda count: schedule(count / steps_per_epoch)


def constant(lr: float, _epochs: float) -> Schedule:
    """``lr`` throughout."""
    return lambda _e: lr


def step(lr: float, _epochs: float, every: float, factor: float = 0.1) -> Schedule:
    """``lr factor^floor(e / every)``."""
    return lambda e: lr * factor ** (e // every)


def multistep(lr: float, _epochs: float, at: Sequence[float], factor: float = 0.1) -> Schedule:
    """``lr factor^n`` after ``n`` of the times ``at``."""
    return lambda e: lr * factor ** sum(e >= time for time in at)


def exponential(lr: float, _epochs: float, factor: float = 0.9) -> Schedule:
    """``lr factor^e``."""
    return lambda e: lr * factor**e


def warmup(lr: float, _epochs: float, until: float = 1.0) -> Schedule:
    """``lr e / until`` up to ``until``, then ``lr``."""
    return lambda e: lr * e / until if e < until else lr


def cosine(lr: float, epochs: float, warmup: float = 0.0, floor: float = 0.0) -> Schedule:
    """``lr e / warmup``, then ``floor + (lr - floor) (1 + cos(pi (e - warmup) / (E - warmup))) / 2``.

    Loshchilov and Hutter, 2017.
    """
    return lambda e: lr * e / warmup if e < warmup else _half_wave(lr, floor, e - warmup, epochs - warmup)


def onecycle(lr: float, epochs: float, peak: float = 0.3, start: float = 25.0, end: float = 1e4) -> Schedule:
    """From ``lr / start`` to ``lr`` at ``peak * E``, then down to ``lr / end``; both along half a cosine wave.

    Smith, 2018.
    """
    top = peak * epochs
    return lambda e: _half_wave(lr / start, lr, e, top) if e < top else _half_wave(lr, lr / end, e - top, epochs - top)


def polynomial(lr: float, epochs: float, power: float = 1.0, floor: float = 0.0) -> Schedule:
    """``floor + (lr - floor) (1 - e / E)^power``."""
    return lambda e: floor + (lr - floor) * max(0.0, 1 - e / epochs) ** power


def _half_wave(first: float, last: float, done: float, whole: float) -> float:
    """From one value to another along half a cosine wave, of which so much of the whole time is done."""
    return last + (first - last) * (1 + cos(pi * done / whole)) / 2 if done < whole else last


@frozen
class Watch:
    """The lowest value seen, and how many since then were not lower. A metric that should be high is negated."""

    best: float = inf
    waited: int = 0


def observe(watch: Watch, value: float) -> Watch:
    """What is known after another value; one that is no number is not lower."""
    return Watch(value) if value < watch.best else evolve(watch, waited=watch.waited + 1)


@frozen
class PlateauState:
    """What the learning rate is multiplied by, and what is waited for."""

    factor: float = 1.0
    watch: Watch = Watch()


def plateau(factor: float = 0.1, patience: int = 10) -> Callable[[PlateauState, float], PlateauState]:
    """Smaller by a factor whenever a value has not been lower than its best for ``patience`` epochs in a row.

    Gives ``state, value -> state``. PyTorch's ``patience`` is one less.
    """

    def update(state: PlateauState, value: float) -> PlateauState:
        watch = observe(state.watch, value)
        if watch.waited < patience:
            return evolve(state, watch=watch)
        return PlateauState(state.factor * factor, evolve(watch, waited=0))

    return update


#: What files call by name. A plateau is none of these: it needs a state.
SCHEDULES: dict[str, Callable[..., Schedule]] = {
    "constant": constant,
    "step": step,
    "multistep": multistep,
    "exponential": exponential,
    "warmup": warmup,
    "cosine": cosine,
    "onecycle": onecycle,
    "polynomial": polynomial,
}

"""How the learning rate changes. ``e`` is the time in epochs since the start, fractions included; ``E`` the last epoch.

Every number that is a time counts epochs, not steps. ``lr`` is the optimiser's own.
"""

from __future__ import annotations

from math import inf

from cnndsl.layers._fields import Real, Whole
from cnndsl.settings._domains import INSIDE, NOT_NEGATIVE, POSITIVE, Constructors, Items
from cnndsl.settings._fields import setting, settings_spec
from cnndsl.settings.rules import DECIDING


@settings_spec
class Constant:
    """``lr`` throughout."""


@settings_spec
class Step:
    """``lr factor^floor(e / every)``: smaller by a factor after every so many epochs."""

    every: int = setting("epochs between two changes", Whole(1))
    factor: float = setting("what a change multiplies by", INSIDE, 0.1)


@settings_spec
class Multistep:
    """``lr factor^n`` after ``n`` of the epochs ``at``."""

    at: tuple[int, ...] = setting("the epochs after which it changes", Items(Whole(1), distinct=True))
    factor: float = setting("what a change multiplies by", INSIDE, 0.1)


@settings_spec
class Exponential:
    """``lr factor^e``."""

    factor: float = setting("what an epoch multiplies by", INSIDE, 0.9)


@settings_spec
class Warmup:
    """``lr e / until`` up to ``until``, then ``lr``."""

    until: float = setting("epochs of linear growth from 0 at the start", POSITIVE, 1.0)


@settings_spec
class Cosine:
    """``lr e / warmup`` up to ``warmup``, then half a cosine wave down to ``floor`` (Loshchilov and Hutter, 2017).

    ``floor + (lr - floor) (1 + cos(pi (e - warmup) / (E - warmup))) / 2``.
    """

    warmup: float = setting("epochs of linear growth from 0 at the start", NOT_NEGATIVE, 0.0)
    floor: float = setting("the learning rate at the end", NOT_NEGATIVE, 0.0)


@settings_spec
class Onecycle:
    """From ``lr / start`` up to ``lr`` at the share ``peak`` of all epochs, then down to ``lr / end`` (Smith, 2018).

    Both ways along half a cosine wave.
    """

    peak: float = setting("the share of the epochs after which lr is reached", INSIDE, 0.3)
    start: float = setting("how many times smaller than lr it starts", Real(1, inf, open_high=True), 25.0)
    end: float = setting("how many times smaller than lr it ends", Real(1, inf, open_high=True), 1e4)


@settings_spec
class Polynomial:
    """``floor + (lr - floor) (1 - e / E)^power``."""

    power: float = setting("1 is a straight line down", POSITIVE, 1.0)
    floor: float = setting("the learning rate at the end", NOT_NEGATIVE, 0.0)


@settings_spec
class Plateau:
    """Smaller by a factor whenever the metric has not been better than its best for ``patience`` epochs in a row."""

    metric: str = setting("the metric that is watched", DECIDING, "valid.loss")
    factor: float = setting("what a change multiplies by", INSIDE, 0.1)
    patience: int = setting("epochs without a better value before a change", Whole(1), 10)


Schedule = Constant | Step | Multistep | Exponential | Warmup | Cosine | Onecycle | Polynomial | Plateau
SCHEDULES = Constructors((Constant, Step, Multistep, Exponential, Warmup, Cosine, Onecycle, Polynomial, Plateau))

"""From settings to the program and the optimiser that do what they say."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache

from cnndsl import optim
from cnndsl.compiler import Program, build
from cnndsl.compiler.objective import loss_of
from cnndsl.language import Graph
from cnndsl.optim import Optimiser
from cnndsl.schedule import SCHEDULES, PlateauState, in_steps, plateau
from cnndsl.settings import schedules
from cnndsl.settings._fields import constants_of
from cnndsl.settings.paths import PathRule
from cnndsl.settings.rules import Clip, Norm
from cnndsl.training.metrics import Scores, cost
from cnndsl.training.settings import Settings
from cnndsl.training.team import SHARDS


def program_of(graph: Graph, settings: Settings) -> Program:
    """The program of a graph with shapes, with the loss and the initialisation of the settings."""
    return build(graph, shards=SHARDS, loss=loss_of(settings.loss), start=settings.init, remat=settings.remat)


def optimiser_of(settings: Settings, steps_per_epoch: int, factor: float = 1.0) -> Optimiser:
    """Bound, step and rates by path, as far as they are asked for; ``factor`` is what a plateau has come to.

    Its state is the same whatever the factor.
    """
    core = optim.OPTIMISERS[settings.optimizer](rate_of(settings, steps_per_epoch, factor), **settings.constants)
    clip = [_bound(settings.clip)] if settings.clip else []
    if not settings.paths:
        return optim.chain(*clip, core) if clip else core
    factor_of = _factor_by_name(settings.paths)
    is_trained = optim.scale_by_path(lambda name: float(factor_of(name) > 0))
    return optim.chain(is_trained, *clip, core, optim.scale_by_path(factor_of))


def learning_rate(settings: Settings, steps_per_epoch: int, factor: float, done: int) -> float:
    """That of the step after so many steps, before any factors by path."""
    return optim.rate_at(rate_of(settings, steps_per_epoch, factor), done)


def lowered(settings: Settings, state: PlateauState, scores: Scores) -> PlateauState:
    """What a plateau has come to after another epoch; with any other schedule nothing changes."""
    schedule = settings.schedule
    if not isinstance(schedule, schedules.Plateau):
        return state
    return plateau(schedule.factor, schedule.patience)(state, cost(scores, schedule.metric))


def rate_of(settings: Settings, steps_per_epoch: int, factor: float) -> optim.Rate:
    """The learning rate: a number, or a function of the steps done."""
    schedule = settings.schedule
    if isinstance(schedule, schedules.Constant | schedules.Plateau):
        return settings.lr * factor
    make = SCHEDULES[schedules.SCHEDULES.name_of(type(schedule))]
    return in_steps(make(settings.lr, settings.epochs, **constants_of(schedule)), steps_per_epoch)


def _bound(clip: Clip) -> Optimiser:
    return (optim.clip_by_norm if isinstance(clip, Norm) else optim.clip_by_value)(clip.largest)


def _factor_by_name(rules: tuple[PathRule, ...]) -> optim.FactorOf:
    """The factor of the last rule whose pattern a parameter's name matches; looked up once a name."""

    @cache
    def factor_of(name: str) -> float:
        matching = (rule.factor for rule in reversed(rules) if fnmatchcase(name, rule.pattern))
        return next(matching, 1.0)

    return factor_of

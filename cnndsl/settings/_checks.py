"""What must hold between settings: the epoch that is kept, the schedule and its end, the learning rate."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from cnndsl.errors import Severity
from cnndsl.layers._fields import spell
from cnndsl.settings._findings import Findings
from cnndsl.settings.rules import Best, Max, better_if_low
from cnndsl.settings.schedules import Cosine, Multistep, Step, Warmup
from cnndsl.settings.sections import Settings


def check_train(settings: Settings, findings: Findings, *, epochs_known: bool) -> None:
    """Report C403, C404 and C406. Only what was given can be wrong: the defaults are right together."""
    _check_select(settings, findings)
    if epochs_known:
        _check_schedule(settings, findings)
    _check_lr(settings, findings)


def _check_select(settings: Settings, findings: Findings) -> None:
    select, place = settings.train.select, settings.places.get("train.select")
    if place is None or isinstance(select, Best) or isinstance(select, Max) != better_if_low(select.metric):
        return
    word = type(select).__name__.lower()
    message = f"select = `{word}({select.metric})` keeps the WORST epoch"
    hint = f"`best({select.metric})`: the direction comes from the metric"
    findings.add("C403", message, place.span, hint)


def _check_schedule(settings: Settings, findings: Findings) -> None:
    place = settings.places.get("train.schedule")
    late = _latest(settings.train.schedule)
    epochs = settings.train.epochs
    if place is None or late is None or late[1] < epochs:
        return
    what, when = late
    where = settings.places.get("train.epochs")
    # A short run of a file that is right by itself, to see whether it works, is everybody's first run.
    severity: Severity = "warning" if where and where.option and not place.option else "error"
    message = f"the schedule's {what} epoch {when:g} is not before the end, which is epoch {epochs}"
    others = ((where.span, ""),) if where else ()
    findings.add("C404", message, place.span, "schedules count epochs, not steps", severity=severity, others=others)


@singledispatch
def _latest(_schedule: Any) -> tuple[str, float] | None:
    """The last change that a schedule has a time for, in words and in epochs; of steps that repeat, the first."""
    return None


@_latest.register
def _(schedule: Step) -> tuple[str, float] | None:
    return "first step after", schedule.every


@_latest.register
def _(schedule: Multistep) -> tuple[str, float] | None:
    return "step after", max(schedule.at)


@_latest.register
def _(schedule: Warmup) -> tuple[str, float] | None:
    return "warm-up until", schedule.until


@_latest.register
def _(schedule: Cosine) -> tuple[str, float] | None:
    return ("warm-up until", schedule.warmup) if schedule.warmup else None


def _check_lr(settings: Settings, findings: Findings) -> None:
    optimizer = settings.train.optimizer
    place = settings.places.get("train.optimizer.lr") or settings.places.get("train.optimizer")
    low, high = optimizer.usual_lr
    # What is typed as `--lr` is an experiment, and meant.
    if place is None or place.option.startswith("--lr") or low <= optimizer.lr <= high:
        return
    name = type(optimizer).__name__.lower()
    message = f"lr = {spell(optimizer.lr)} for {name} is far outside {spell(low)}..{spell(high)}"
    usual = type(optimizer)().lr
    findings.add("C406", message, place.span, f"did you mean {spell(usual)}?")

"""Timing that survives a noisy machine: rivals take turns, and ratios are taken round by round."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence

from attrs import frozen

# OpenMP's threads spin for up to 0.2 s after their last work: whoever comes next must not be timed against them.
_REST = 0.25  # seconds
_FAR = 1.5  # times the fastest: what a second look would not make up for

Times = dict[str, list[float]]  # of each rival, seconds a call, one figure a round


@frozen
class Rival:
    """One way to do a piece of work: ``call`` does it once; ``prepare`` is called before a turn, and is not timed."""

    call: Callable[[], object]
    prepare: Callable[[], object] = lambda: None
    label: str = ""  # how it is configured


@frozen
class Pace:
    """How long to look: rounds, and the seconds that one rival's turn in a round is timed for."""

    rounds: int
    seconds: float


def take_turns(rivals: Mapping[str, Rival], pace: Pace, rest: float = _REST) -> Times:
    """Seconds a call of each rival, a figure a round; within a round the rivals take turns, each after a rest."""
    once = {name: _seconds_once(rival) for name, rival in rivals.items()}
    times: Times = {name: [] for name in rivals}
    for _ in range(pace.rounds):
        for name, rival in rivals.items():
            time.sleep(rest)
            rival.prepare()
            repeats = max(1, round(pace.seconds / once[name]))
            if repeats > 1:
                seconds_a_call(rival.call, -(-repeats // 3))  # clocks and caches as in a long run
            times[name].append(seconds_a_call(rival.call, repeats))
    return times


def alternate(calls: Mapping[str, Callable[[], object]], rounds: int) -> Times:
    """Seconds of calls that are long enough to be timed one by one; they take turns, each rested first."""
    times: Times = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            time.sleep(_REST)
            times[name].append(seconds_a_call(call, 1))
    return times


def fastest(rivals: Sequence[Rival], seconds: float) -> Rival:
    """The rival that is quickest in short turns; those that are far behind at once get none."""
    once = [_seconds_once(rival) for rival in rivals]
    close = {str(number): rival for number, rival in enumerate(rivals) if once[number] < _FAR * min(once)}
    if len(close) == 1:
        return next(iter(close.values()))
    times = take_turns(close, Pace(2, seconds), rest=0.05)  # they share their threads: no need to let those sleep
    return close[min(times, key=lambda name: min(times[name]))]


def seconds_a_call(call: Callable[[], object], repeats: int) -> float:
    """The mean of so many calls in a row."""
    start = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - start) / repeats


def _seconds_once(rival: Rival) -> float:
    """About how long a call takes, after what is done the first time only."""
    rival.prepare()
    rival.call()
    return min(seconds_a_call(rival.call, 1) for _ in range(2))


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def median_ratio(theirs: Sequence[float], ours: Sequence[float]) -> float:
    """The median over the rounds of theirs / ours: above 1, ours is faster."""
    return statistics.median(their / our for their, our in zip(theirs, ours, strict=True))

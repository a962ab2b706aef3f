"""Timing that survives a noisy machine: rivals take turns, and ratios are taken round by round."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence

from attrs import frozen

# OpenMP's threads spin for up to 0.2 s after their last work: whoever comes next must not be timed against them.
_REST = 0.3  # seconds

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
    repeats = {name: _repeats(rival, pace.seconds) for name, rival in rivals.items()}
    times: Times = {name: [] for name in rivals}
    for _ in range(pace.rounds):
        for name, rival in rivals.items():
            time.sleep(rest)
            rival.prepare()
            seconds_a_call(rival.call, -(-repeats[name] // 3))  # clocks and caches as in a long run
            times[name].append(seconds_a_call(rival.call, repeats[name]))
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
    """The rival that is quickest in one short turn each."""
    if len(rivals) == 1:
        return rivals[0]
    named = {str(number): rival for number, rival in enumerate(rivals)}
    times = take_turns(named, Pace(2, seconds), rest=0.05)  # they share their threads: no need to let those sleep
    return rivals[min(range(len(rivals)), key=lambda number: min(times[str(number)]))]


def seconds_a_call(call: Callable[[], object], repeats: int) -> float:
    """The mean of so many calls in a row."""
    start = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - start) / repeats


def _repeats(rival: Rival, seconds: float) -> int:
    """Calls that take about so many seconds, after what is done once only."""
    rival.prepare()
    rival.call()
    once = min(seconds_a_call(rival.call, 1) for _ in range(3))
    return max(1, round(seconds / once))


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def median_ratio(theirs: Sequence[float], ours: Sequence[float]) -> float:
    """The median over the rounds of theirs / ours: above 1, ours is faster."""
    return statistics.median(their / our for their, our in zip(theirs, ours, strict=True))

"""Which way the edges of a drawing go: down the axis of their strip, or down a lane past what stands between.

Edges turn sideways in the gaps between items only, and a lane is to the right of all that it passes: so no edge ever
crosses a box.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise

from attrs import frozen

from cnndsl.report.drawing_plan import Address, Extent, Place, Plan, lanes_of, parting


@frozen
class Ground:
    """What routes are laid on. ``doors`` has the cells whose values come into a strip from above."""

    plan: Plan
    extents: Mapping[Address, Extent]
    axes: Mapping[Address, float]
    doors: Mapping[Address, set[int]]

    def lane(self, strip: Address, source: int) -> float:
        """Where the lane of a source beside a strip is."""
        return self.axes[strip] + self.extents[strip].lanes[source]


@frozen
class Turn:
    """A run sideways in a gap of a strip, from ``start`` to ``x``."""

    strip: Address
    gap: int
    start: float
    x: float


@frozen
class Route:
    """An edge from the bottom of a cell by turns to the top of another, or to its right side; ``x`` is its last place.

    The last stretch of an edge to the side is level, and no turn.
    """

    source: int
    target: int
    turns: tuple[Turn, ...]
    x: float
    sideways: bool


def doors_of(plan: Plan, wires: Iterable[tuple[int, int]]) -> dict[Address, set[int]]:
    """The sources outside of each strip of what stands inside. All of their edges come in from above."""
    doors: dict[Address, set[int]] = {address: set() for address in plan.strips}
    for source, target in wires:
        out, into = plan.places[source], plan.places[target]
        for strip, _ in into[parting(out, into) + 1 :]:
            doors[strip].add(source)
    return doors


def route(ground: Ground, source: int, target: int) -> Route:
    """The way of an edge."""
    lanes = {lane.strip for lane in lanes_of(ground.plan, source, target)}
    out, into = ground.plan.places[source], ground.plan.places[target]
    level = parting(out, into)
    turns: list[Turn] = []
    x = ground.axes[out[-1][0]]

    def turn(strip: Address, gap: int, to: float) -> None:
        nonlocal x
        if to != x:
            turns.append(Turn(strip, gap, x, to))
            x = to

    for strip, at in [*reversed(out[level + 1 :]), out[level]]:
        if strip in lanes:
            turn(strip, at + 1, ground.lane(strip, source))
    inside = into[level:]
    for ((strip, gap), (inner, _)), goal in zip(pairwise(inside), _goals(ground, lanes, source, inside), strict=True):
        if ground.doors[inner] != {source}:
            turn(strip, gap, goal)
            continue
        # A value that is the only one to come into a strip comes in on its axis, and spreads inside.
        turn(strip, gap, ground.axes[inner])
        if inner in lanes:
            turn(inner, 0, goal)
    sideways = into[-1][0] in lanes
    if not sideways:
        turn(*into[-1], ground.axes[into[-1][0]])
    return Route(source, target, tuple(turns), x, sideways)


def _goals(ground: Ground, lanes: set[Address], source: int, inside: Place) -> list[float]:
    """Where an edge must be to go straight down into each strip but the first: above its lane there, or its target."""
    goals = [ground.axes[inside[-1][0]]]
    for strip, _ in reversed(inside[1:]):
        goals.append(ground.lane(strip, source) if strip in lanes else goals[-1])
    return goals[:0:-1]

"""How wide everything in a drawing is, and where it stands from left to right: strips, their axes, lanes beside them.

An edge that skips items goes past them in a lane. A strip with n items has n + 1 gaps, gap i above item i.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import ceil

from attrs import field, frozen

from cnndsl.report.drawing_tree import Fork, Sources, Strip

LANE = 20.0  # between two lanes, and from a box to the first
SIDE = 14.0  # from what a frame holds to the frame
COLUMNS = 28.0  # between two columns

Address = tuple[int, ...]  # of a strip: the place in each strip and fork around it
Place = tuple[tuple[Address, int], ...]  # of a cell: the strips around it, outermost first, and the item it is in


@frozen
class Plan:
    """The strips by address, and where each cell stands."""

    strips: Mapping[Address, Strip]
    places: Mapping[int, Place]


@frozen
class Lane:
    """What an edge needs beside a strip: from gap ``start`` to gap ``stop``, or to the side of item ``stop``."""

    strip: Address
    source: int
    start: int
    stop: int
    sideways: bool = False

    @property
    def span(self) -> tuple[int, int]:
        """First and last half step: gap i is at 2i, item i at 2i + 1."""
        return 2 * self.start, 2 * self.stop + self.sideways


@frozen
class Extent:
    """How far a strip reaches to both sides of its axis, and how far to the right the lane of each source is."""

    left: float
    right: float
    lanes: Mapping[int, float] = field(factory=dict)


def plan_of(root: Strip) -> Plan:
    """The places in a strip and the strips inside it."""
    strips: dict[Address, Strip] = {}
    places: dict[int, Place] = {}

    def visit(strip: Strip, address: Address, above: Place) -> None:
        strips[address] = strip
        for at, item in enumerate(strip.items):
            here = (*above, (address, at))
            match item:
                case Strip():
                    visit(item, (*address, at), here)
                case Fork():
                    for number, column in enumerate(item.columns):
                        visit(column, (*address, at, number), here)
                case _:
                    places[item] = here

    visit(root, (), ())
    return Plan(strips, places)


def edges_of(sources: Sources) -> list[tuple[int, int]]:
    """Pairs of source and target; two connections between the same cells are one edge."""
    return [(source, target) for target, given in enumerate(sources) for source in dict.fromkeys(given)]


def lanes_of(plan: Plan, source: int, target: int) -> Iterator[Lane]:
    """The lanes that an edge needs, in its order: out of its strips, past what is between, into the target's."""
    out, into = plan.places[source], plan.places[target]
    level = parting(out, into)
    for strip, at in reversed(out[level + 1 :]):
        if at + 1 < len(plan.strips[strip].items):
            yield Lane(strip, source, at + 1, len(plan.strips[strip].items))
    (strip, start), (_, stop) = out[level], into[level]
    if start + 1 < stop:
        yield Lane(strip, source, start + 1, stop, sideways=level + 1 == len(into))
    for depth, (inner, at) in enumerate(into[level + 1 :], level + 2):
        if at > 0:
            yield Lane(inner, source, 0, at, sideways=depth == len(into))


def parting(out: Place, into: Place) -> int:
    """How many strips around two cells hold them in the same item."""
    return next(level for level, (one, other) in enumerate(zip(out, into, strict=False)) if one != other)


def extents_of(plan: Plan, lanes: Sequence[Lane], half: float) -> dict[Address, Extent]:
    """The width of every strip, a box reaching ``half`` to both sides. Edges of one source share their lanes."""
    wanted: dict[Address, dict[int, tuple[int, int]]] = defaultdict(dict)
    for lane in lanes:
        low, high = wanted[lane.strip].get(lane.source, lane.span)
        wanted[lane.strip][lane.source] = (min(low, lane.span[0]), max(high, lane.span[1]))
    extents: dict[Address, Extent] = {}
    for address in sorted(plan.strips, key=len, reverse=True):
        strip = plan.strips[address]
        reach = [_reach(item, (*address, at), extents, half) for at, item in enumerate(strip.items)]
        placed = _lane_places(wanted[address], [right for _, right in reach])
        edge = max([right for _, right in reach] + [x + LANE for x in placed.values()])
        side = SIDE if strip.title else 0.0
        extents[address] = Extent(max(left for left, _ in reach) + side, edge + side, placed)
    return extents


def _reach(item: object, address: Address, extents: Mapping[Address, Extent], half: float) -> tuple[float, float]:
    """How far an item reaches to the left and to the right of its strip's axis."""
    match item:
        case Strip():
            return extents[address].left, extents[address].right
        case Fork():
            axes = column_axes(item, address, extents)
            columns = [extents[(*address, number)] for number in range(len(axes))]
            return columns[0].left - axes[0], axes[-1] + columns[-1].right
    return half, half


def column_axes(fork: Fork, address: Address, extents: Mapping[Address, Extent]) -> list[int]:
    """Where the axes of a fork's columns are, from the axis of its strip."""
    columns = [extents[(*address, number)] for number in range(len(fork.columns))]
    axes = [0.0]
    for before, column in pairwise(columns):
        axes.append(axes[-1] + before.right + COLUMNS + column.left)
    middle = 0.0 if fork.straight else (axes[-1] + columns[-1].right - columns[0].left) / 2
    return [round(axis - middle) for axis in axes]


def _lane_places(wanted: Mapping[int, tuple[int, int]], rights: Sequence[float]) -> dict[int, float]:
    """A place for the lane of each source, right of all that it passes; the shorter ones are further in."""
    placed: dict[int, float] = {}
    for source, (low, high) in sorted(wanted.items(), key=lambda lane: (lane[1][1] - lane[1][0], lane[0])):
        leaves = high == 2 * len(rights)
        # Right also of the items above and below, whose own lanes go on into the gaps where this one is turned into.
        x = _settled(max(rights[max(0, low // 2 - 1) : high // 2 + 1]) + LANE, leaves=leaves)
        for rival in sorted(placed[other] for other in placed if _meet(wanted[other], (low, high))):
            if abs(x - rival) < LANE:
                x = _settled(rival + LANE, leaves=leaves)
        placed[source] = x
    return placed


def _settled(x: float, *, leaves: bool) -> float:
    """A place at or right of one. What leaves a strip never comes down where a lane of the next strip begins."""
    return 4 * ceil(x / 4) + (10 if leaves else 0)


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def axes_of(plan: Plan, extents: Mapping[Address, Extent]) -> dict[Address, float]:
    """The absolute place of each strip's axis; the drawing begins at zero."""
    axes: dict[Address, float] = {(): extents[()].left}
    for address in sorted(plan.strips, key=len):
        for at, item in enumerate(plan.strips[address].items):
            match item:
                case Strip():
                    axes[(*address, at)] = axes[address]
                case Fork():
                    for number, axis in enumerate(column_axes(item, (*address, at), extents)):
                        axes[(*address, at, number)] = axes[address] + axis
    return axes

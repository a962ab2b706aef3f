"""How far down everything in a drawing is: cells, strips, and the runs sideways that edges make in the gaps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from attrs import frozen

from cnndsl.report.drawing_plan import Address, Plan
from cnndsl.report.drawing_routes import Route
from cnndsl.report.drawing_tree import Fork, Item, Strip

NOTE = 20.0  # a shape below a box
HEADER = 22.0  # a frame's title
_FOOTER = 14.0
_ABOVE = 6.0  # between a box and what is below it in a gap
_BEND = 14.0  # a run sideways
_ARROW = 15.0  # at the lower end of a gap
_CLOSE = 6.0  # between a frame's title and its first box

Gap = tuple[Address, int]
Wire = tuple[int, int]  # source and target of an edge


@frozen
class _Run:
    wire: Wire
    start: float
    stop: float


Row = list[_Run]


@frozen
class Depths:
    """Upper edges of cells, upper edge and height of strips, and how far down each run sideways of an edge is."""

    cells: Mapping[int, float]
    strips: Mapping[Address, tuple[float, float]]
    runs: Mapping[tuple[Gap, Wire], float]


def depths_of(plan: Plan, routes: Sequence[Route], cells: Sequence[float], noted: Sequence[bool]) -> Depths:
    """Stack all up. ``cells`` are the heights of the cells, ``noted`` says which have a shape written below."""
    rows = _rows_of(routes)
    gaps = {
        (address, gap): _gap(plan, address, gap, len(rows[address, gap]), noted)
        for address, strip in plan.strips.items()
        for gap in range(len(strip.items) + 1)
    }
    heights = _heights_of(plan, cells, gaps)
    tops: dict[int, float] = {}
    strips: dict[Address, tuple[float, float]] = {(): (0.0, heights[()])}
    runs: dict[tuple[Gap, Wire], float] = {}
    for address in sorted(plan.strips, key=len):
        y, _ = strips[address]
        for gap in range(len(plan.strips[address].items) + 1):
            below = y + gaps[address, gap]
            bends = rows[address, gap]
            for number, row in enumerate(bends):
                level = below - _ARROW - _BEND * (len(bends) - number - 0.5)
                runs.update({((address, gap), run.wire): level for run in row})
            if gap == len(plan.strips[address].items):
                continue
            item, inner = plan.strips[address].items[gap], (*address, gap)
            height = _height(item, inner, heights, cells)
            match item:
                case Strip():
                    strips[inner] = (below, height)
                case Fork():
                    strips.update({(*inner, number): (below, height) for number in range(len(item.columns))})
                case _:
                    tops[item] = below
            y = below + height
    return Depths(tops, strips, runs)


def _rows_of(routes: Sequence[Route]) -> Mapping[Gap, Sequence[Row]]:
    """The runs in each gap by rows: edges share one only where all come from one cell, or all go to one."""
    rows: dict[Gap, list[Row]] = defaultdict(list)
    for route in routes:
        for turn in route.turns:
            run = _Run((route.source, route.target), turn.start, turn.x)
            row = next((row for row in rows[turn.strip, turn.gap] if _share([*row, run])), None)
            if row is None:
                rows[turn.strip, turn.gap].append([run])
            else:
                row.append(run)
    return defaultdict(list, {gap: _stacked(found) for gap, found in rows.items()})


def _share(row: Row) -> bool:
    return any(len({run.wire[end] for run in row}) == 1 for end in (0, 1))


def _stacked(rows: list[Row]) -> list[Row]:
    """Rows in an order in which no edge goes down where another, of other cells, still comes down."""
    left, stacked = list(rows), list[Row]()
    while left:
        free = (row for row in left if not any(_blocks(other, row) for other in left if other is not row))
        stacked.append(next(free, left[0]))
        left.remove(stacked[-1])
    return stacked


def _blocks(upper: Row, lower: Row) -> bool:
    """Whether a run of a row begins where one of the other, which has no cell in common with it, ends."""
    return any(one.start == other.stop and not _share([one, other]) for one in upper for other in lower)


def _gap(plan: Plan, address: Address, gap: int, rows: int, noted: Sequence[bool]) -> float:
    strip = plan.strips[address]
    above = strip.items[gap - 1] if gap else None
    note = NOTE if isinstance(above, int) and noted[above] else 0.0
    runs = rows * _BEND + _ARROW if rows else 0.0
    if gap == 0:
        return HEADER + (runs or _CLOSE) if strip.title else runs
    if gap == len(strip.items):
        return max(note + _ABOVE, _FOOTER) if strip.title else note
    return (note or _ABOVE) + (runs or _ARROW)


def _heights_of(plan: Plan, cells: Sequence[float], gaps: Mapping[Gap, float]) -> dict[Address, float]:
    heights: dict[Address, float] = {}
    for address in sorted(plan.strips, key=len, reverse=True):
        items = plan.strips[address].items
        own = sum(_height(item, (*address, at), heights, cells) for at, item in enumerate(items))
        heights[address] = own + sum(gaps[address, gap] for gap in range(len(items) + 1))
    return heights


def _height(item: Item, address: Address, heights: Mapping[Address, float], cells: Sequence[float]) -> float:
    match item:
        case Strip():
            return heights[address]
        case Fork():
            return max(heights[(*address, number)] for number in range(len(item.columns)))
    return cells[item]

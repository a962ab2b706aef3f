"""Where everything in a drawing is: boxes, edges, frames and notes, as frozen values, in pixels from the top left.

Layers stand below each other in file order, branches side by side, and what skips layers goes past them on the right.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from attrs import frozen

from cnndsl.report.drawing_heights import NOTE, Depths, depths_of
from cnndsl.report.drawing_plan import Address, Plan, axes_of, edges_of, extents_of, lanes_of, parting, plan_of
from cnndsl.report.drawing_routes import Ground, Route, doors_of, route
from cnndsl.report.drawing_text import fit, text_width
from cnndsl.report.drawing_tree import blocks_of, strips_of

NOTE_SIZE = 11.0
TITLE_AT = 12.0  # from the left edge of a frame to its title
_ENTRY = 10.0  # between two arrows at the side of a box

Point = tuple[float, float]


@frozen
class Cell:
    """What is to be placed: a layer, or an end of the network.

    ``shape`` is that of its value; ``noted`` says whether to write it below. ``sums`` is true of what adds its inputs.
    """

    path: str
    sources: tuple[int, ...]
    height: float
    shape: str = ""
    noted: bool = False
    sums: bool = False


@frozen
class Box:
    """The place of a cell."""

    cell: int
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """Where edges arrive and leave."""
        return self.x + self.width / 2


@frozen
class Edge:
    """The way from one cell to another: corners of level and upright lines."""

    source: int
    target: int
    points: tuple[Point, ...]


@frozen
class Frame:
    """The border around a block; ``shown`` is as much of its title as there is room for."""

    title: str
    x: float
    y: float
    width: float
    height: float
    shown: str


@frozen
class Note:
    """A shape beside an edge: its baseline ends at (x, y), or begins there and goes down."""

    text: str
    x: float
    y: float
    upright: bool = False


@frozen
class Layout:
    """A drawing without its colours."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
    frames: tuple[Frame, ...]
    notes: tuple[Note, ...]


def lay_out(cells: Sequence[Cell], width: float) -> Layout:
    """Place cells, each ``width`` wide. Sources stand before their users, and only the first cell has none."""
    sources = [cell.sources for cell in cells]
    blocks = blocks_of([cell.path for cell in cells])
    plan = plan_of(strips_of(blocks, sources, lambda number: number < len(cells) and cells[number].sums))
    wires = edges_of(sources)
    extents = extents_of(plan, [lane for wire in wires for lane in lanes_of(plan, *wire)], width / 2)
    axes = axes_of(plan, extents)
    ground = Ground(plan, extents, axes, doors_of(plan, wires))
    routes = [route(ground, *wire) for wire in wires]
    heights = [max(cell.height, _ENTRY * (len(cell.sources) + 1)) for cell in cells]
    depths = depths_of(plan, routes, heights, [cell.noted for cell in cells])
    boxes = tuple(
        Box(cell, axes[plan.places[cell][-1][0]] - width / 2, depths.cells[cell], width, height)
        for cell, height in enumerate(heights)
    )
    edges = tuple(_edges(routes, depths, boxes))
    notes = (*_notes(cells, boxes), *_lane_notes(cells, edges))
    frames = tuple(_frames(ground, depths, edges))
    return Layout(extents[()].left + extents[()].right, depths.strips[()][1], boxes, edges, frames, notes)


def _frames(ground: Ground, depths: Depths, edges: Sequence[Edge]) -> Iterator[Frame]:
    """Outer ones first."""
    entries = _entries(ground.plan, depths, edges)
    for address in sorted(ground.plan.strips, key=lambda address: (len(address), address)):
        title = ground.plan.strips[address].title
        if title:
            extent, (y, height) = ground.extents[address], depths.strips[address]
            x, width = ground.axes[address] - extent.left, extent.left + extent.right
            # The title stands left of all lines that come in from above.
            room = min([*entries[address], x + width]) - x - TITLE_AT - NOTE_SIZE
            yield Frame(title, x, y, width, height, fit(title, room, NOTE_SIZE, bold=True))


def _entries(plan: Plan, depths: Depths, edges: Sequence[Edge]) -> dict[Address, list[float]]:
    """Where edges come into each strip."""
    entries: dict[Address, list[float]] = defaultdict(list)
    for edge in edges:
        out, into = plan.places[edge.source], plan.places[edge.target]
        for strip, _ in into[parting(out, into) + 1 :]:
            top, _ = depths.strips[strip]
            entries[strip] += [x for (x, above), (_, below) in pairwise(edge.points) if above < top <= below]
    return entries


def _edges(routes: Sequence[Route], depths: Depths, boxes: Sequence[Box]) -> Iterator[Edge]:
    # Of arrows at one side the outermost is lowest: then none crosses another.
    entries: dict[int, list[int]] = {}
    for arriving in sorted((each for each in routes if each.sideways), key=lambda each: each.x):
        entries.setdefault(arriving.target, []).append(arriving.source)
    for each in routes:
        source, target = boxes[each.source], boxes[each.target]
        x = source.middle
        points = [(x, source.y + source.height)]
        for turn in each.turns:
            y = depths.runs[(turn.strip, turn.gap), (each.source, each.target)]
            points += [(x, y), (turn.x, y)]
            x = turn.x
        if each.sideways:
            at = entries[each.target]
            y = target.y + target.height * (at.index(each.source) + 1) / (len(at) + 1)
            points += [(x, y), (target.x + target.width, y)]
        else:
            points.append((x, target.y))
        yield Edge(each.source, each.target, tuple(points))


def _notes(cells: Sequence[Cell], boxes: Sequence[Box]) -> Iterator[Note]:
    """The shapes below boxes, left of the line that leaves there."""
    for cell, box in zip(cells, boxes, strict=True):
        if cell.noted:
            yield Note(cell.shape, box.middle - 8, box.y + box.height + NOTE - 5)


def _lane_notes(cells: Sequence[Cell], edges: Sequence[Edge]) -> Iterator[Note]:
    """The shapes along lanes that are long enough; once for edges that share one."""
    written: set[tuple[int, float]] = set()
    for edge in edges:
        shape = cells[edge.source].shape
        room = text_width(shape, NOTE_SIZE) + 2 * NOTE_SIZE
        for (x, top), (end, bottom) in list(pairwise(edge.points))[2:-1]:
            if x == end and bottom - top >= room and (edge.source, x) not in written:
                written.add((edge.source, x))
                yield Note(shape, x + 5, (top + bottom - text_width(shape, NOTE_SIZE)) / 2, upright=True)

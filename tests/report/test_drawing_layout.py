"""Every drawing keeps these laws, whatever is connected to what."""

from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given

from cnndsl.report.drawing_layout import NOTE_SIZE, TITLE_AT, Box, Cell, Frame, Layout, Note, lay_out
from cnndsl.report.drawing_text import text_width
from tests.report.graphs import tidy, wirings
from tests.strategies import thorough

WIDTH = 200.0
Area = tuple[float, float, float, float]  # left, top, right, bottom


def area(thing: Box | Frame) -> Area:
    return thing.x, thing.y, thing.x + thing.width, thing.y + thing.height


def area_of_note(note: Note) -> Area:
    length = text_width(note.text, NOTE_SIZE)
    if note.upright:
        return note.x - 3, note.y, note.x + NOTE_SIZE, note.y + length
    return note.x - length, note.y - NOTE_SIZE, note.x, note.y + 3


def area_of_title(frame: Frame) -> Area:
    left = frame.x + TITLE_AT
    return left, frame.y + 6, left + text_width(frame.shown, NOTE_SIZE, bold=True), frame.y + 20


def overlap(one: Area, other: Area) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def holds(outer: Area, inner: Area) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and inner[2] <= outer[2] and inner[3] <= outer[3]


def segments(layout: Layout) -> list[tuple[int, int, Area]]:
    return [
        (edge.source, edge.target, (min(x, z), min(y, w), max(x, z), max(y, w)))
        for edge in layout.edges
        for (x, y), (z, w) in pairwise(edge.points)
    ]


def crosses(line: Area, box: Area) -> bool:
    """Whether a level or upright line runs through the inside of a box."""
    return line[0] < box[2] and box[0] < line[2] and line[1] < box[3] and box[1] < line[3]


def prefixes(path: str) -> set[str]:
    parts = path.split("/")
    return {"/".join(parts[:end]) for end in range(1, len(parts))}


@thorough(60)
@given(cells=wirings())
def test_boxes_keep_apart_and_inside_the_page(cells: list[Cell]) -> None:
    layout = lay_out(cells, WIDTH)
    assert [box.cell for box in layout.boxes] == list(range(len(cells)))
    for one, other in combinations(map(area, layout.boxes), 2):
        assert not overlap(one, other)
    page = (0.0, 0.0, layout.width, layout.height)
    everything = [*map(area, (*layout.boxes, *layout.frames)), *map(area_of_note, layout.notes)]
    lines = [line for _, _, line in segments(layout)]
    assert all(holds(page, thing) for thing in everything + lines)


@thorough(60)
@given(cells=wirings())
def test_every_edge_leads_from_its_source_to_its_target_around_all_boxes(cells: list[Cell]) -> None:
    layout = lay_out(cells, WIDTH)
    wires = {(source, target) for target, cell in enumerate(cells) for source in cell.sources}
    assert sorted((edge.source, edge.target) for edge in layout.edges) == sorted(wires)
    for edge in layout.edges:
        source, target = layout.boxes[edge.source], layout.boxes[edge.target]
        assert edge.points[0] == (source.middle, source.y + source.height)
        x, y = edge.points[-1]
        on_top = (x, y) == (target.middle, target.y)
        at_side = x == target.x + target.width and target.y < y < target.y + target.height
        assert on_top or at_side
        assert all((one[0] == other[0]) != (one[1] == other[1]) for one, other in pairwise(edge.points))
        assert all(one[1] <= other[1] for one, other in pairwise(edge.points)), "never upwards"
    for _, _, line in segments(layout):
        assert not any(crosses(line, area(box)) for box in layout.boxes)


@thorough(60)
@given(cells=wirings())
def test_frames_hold_their_own_boxes_and_no_others(cells: list[Cell]) -> None:
    layout = lay_out(cells, WIDTH)
    for frame in layout.frames:
        inside = [box for box in layout.boxes if holds(area(frame), area(box))]
        assert inside
        assert not any(overlap(area(frame), area(box)) for box in layout.boxes if box not in inside)
        common = set.intersection(*(prefixes(cells[box.cell].path) for box in inside))
        assert any(f"/{path}".endswith(f"/{frame.title}") for path in common)
    for one, other in combinations(map(area, layout.frames), 2):
        assert not overlap(one, other) or holds(one, other) or holds(other, one)


@thorough(60)
@given(cells=wirings())
def test_texts_keep_clear_of_boxes_and_each_other(cells: list[Cell]) -> None:
    layout = lay_out(cells, WIDTH)
    titles = [area_of_title(frame) for frame in layout.frames]
    notes = [area_of_note(note) for note in layout.notes]
    for text in titles + notes:
        assert not any(overlap(text, area(box)) for box in layout.boxes)
    for one, other in combinations(titles + notes, 2):
        assert not overlap(one, other)
    level = [area_of_note(note) for note in layout.notes if not note.upright]
    for text in titles + level:
        assert not any(crosses(line, text) for _, _, line in segments(layout))


def assert_lines_on_each_other_share_an_end(layout: Layout) -> None:
    upright: dict[float, list[tuple[int, int, float, float]]] = {}
    level: dict[float, list[tuple[int, int, float, float]]] = {}
    for source, target, (left, top, right, bottom) in segments(layout):
        if left == right:
            upright.setdefault(left, []).append((source, target, top, bottom))
        else:
            level.setdefault(top, []).append((source, target, left, right))
    for lines in (*upright.values(), *level.values()):
        for (source, target, *one), (other_source, other_target, *other) in combinations(lines, 2):
            apart = min(one[1], other[1]) <= max(one[0], other[0])
            assert apart or source == other_source or target == other_target


@thorough(50)
@given(cells=tidy())
def test_lines_that_lie_on_each_other_share_an_end(cells: list[Cell]) -> None:
    assert_lines_on_each_other_share_an_end(lay_out(cells, WIDTH))


def test_lanes_change_places_above_a_block_without_lying_on_each_other() -> None:
    cells = [cell(""), cell("a", 0), cell("block/b", 1, 0), cell("block/c", 2, 1), cell("", 3)]
    assert_lines_on_each_other_share_an_end(lay_out(cells, WIDTH))


@thorough(15)
@given(cells=tidy())
def test_the_same_network_has_the_same_drawing(cells: list[Cell]) -> None:
    assert lay_out(cells, WIDTH) == lay_out(list(cells), WIDTH)


def columns_of(layout: Layout) -> list[float]:
    return [box.middle for box in layout.boxes]


def cell(path: str, *sources: int, sums: bool = False) -> Cell:
    return Cell(path, sources, 30.0, "1x1x1", sums=sums)


def test_layers_stand_below_each_other() -> None:
    layout = lay_out([cell(""), cell("a", 0), cell("b", 1), cell("", 2)], WIDTH)
    assert len(set(columns_of(layout))) == 1
    assert all(len(edge.points) == 2 for edge in layout.edges)
    tops = [box.y for box in layout.boxes]
    assert tops == sorted(tops)


def test_branches_stand_side_by_side_and_meet_in_the_middle() -> None:
    layout = lay_out([cell(""), cell("a", 0), cell("b", 0), cell("join", 1, 2), cell("", 3)], WIDTH)
    middle, left, right, *below = columns_of(layout)
    assert left < middle < right
    assert middle - left == right - middle
    assert below == [middle, middle]
    assert layout.boxes[1].y == layout.boxes[2].y


def test_a_shortcut_stands_beside_its_residual_which_goes_straight_on() -> None:
    cells = [cell(""), cell("a", 0), cell("b", 1), cell("short", 0), cell("add", 2, 3, sums=True), cell("", 4)]
    top, first, second, short, *below = columns_of(lay_out(cells, WIDTH))
    assert {top, first, second, *below} == {top}
    assert short > top


def test_an_identity_goes_past_on_the_right_and_comes_in_at_the_side() -> None:
    layout = lay_out([cell(""), cell("a", 0), cell("b", 1), cell("add", 2, 0, sums=True), cell("", 3)], WIDTH)
    (skip,) = [edge for edge in layout.edges if (edge.source, edge.target) == (0, 3)]
    add = layout.boxes[3]
    assert skip.points[-1] == (add.x + add.width, add.y + add.height / 2)
    assert max(x for x, _ in skip.points) > add.x + add.width


def test_a_shorter_skip_is_further_in() -> None:
    cells = [cell(""), cell("a", 0), cell("b", 1), cell("c", 2, 1), cell("d", 3, 0), cell("", 4)]
    edges = {(edge.source, edge.target): max(x for x, _ in edge.points) for edge in lay_out(cells, WIDTH).edges}
    assert edges[1, 3] < edges[0, 4]


def test_a_box_with_many_arrows_at_its_side_is_high_enough_for_them() -> None:
    layers = [cell(f"l{number}", number - 1) for number in range(1, 12)]
    layout = lay_out([cell(""), *layers, cell("all", *range(12)), cell("", 12)], WIDTH)
    arrivals = sorted(edge.points[-1][1] for edge in layout.edges if edge.target == 12 and edge.source < 11)
    assert all(lower - upper >= 8 for upper, lower in pairwise(arrivals))

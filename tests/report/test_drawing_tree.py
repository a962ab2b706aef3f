"""Blocks from paths, branches from connections."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cnndsl.report.drawing_layout import Cell
from cnndsl.report.drawing_tree import Block, Fork, Item, Strip, blocks_of, strips_of
from tests.report.graphs import wirings
from tests.strategies import thorough


def arranged(*sources: tuple[int, ...], sums: bool = False) -> tuple[Item, ...]:
    """Cells in no block."""
    return strips_of(Block("", tuple(range(len(sources)))), sources, lambda _: sums).items


def fork(*columns: tuple[Item, ...], straight: bool = False) -> Fork:
    return Fork(tuple(Strip("", column) for column in columns), straight)


def cells_in(item: object) -> list[int]:
    match item:
        case int():
            return [item]
        case Block() | Strip():
            return [cell for inner in item.items for cell in cells_in(inner)]
        case Fork():
            return [cell for column in item.columns for cell in cells_in(column)]
    raise AssertionError(item)


def test_paths_make_blocks() -> None:
    made = blocks_of(["Conv.0", "stage/0/Conv.0", "stage/0/ReLU.0", "stage/1/Conv.0", "FC.0"])
    assert made == Block("", (0, Block("stage", (Block("0", (1, 2)), Block("1", (3,)))), 4))


def test_a_block_with_one_block_in_it_is_one_with_it() -> None:
    assert blocks_of(["stage/0/Basic.0/Conv.0", "stage/0/Basic.0/ReLU.0"]) == Block(
        "", (Block("stage/0/Basic.0", (0, 1)),)
    )


def test_what_ends_a_block_is_the_last_in_it() -> None:
    made = blocks_of(["residual.0/Conv.0", "residual.0/ReLU.0", "residual.0", "ReLU.0"])
    assert made == Block("", (Block("residual.0", (0, 1, 2)), 3))


def test_deep_blocks_are_flat_from_some_depth_on() -> None:
    paths = ["/".join(["deep"] * depth + ["Conv.0"]) for depth in range(1, 500)]
    assert cells_in(blocks_of(paths)) == list(range(499))


@given(st.lists(st.lists(st.sampled_from("ab"), min_size=1, max_size=4).map("/".join), max_size=12))
def test_every_cell_is_in_one_block_and_in_its_turn(paths: list[str]) -> None:
    assert cells_in(blocks_of(paths)) == list(range(len(paths)))


@thorough(60)
@given(cells=wirings())
def test_every_cell_is_in_one_strip_and_in_its_turn(cells: list[Cell]) -> None:
    strip = strips_of(blocks_of([cell.path for cell in cells]), [cell.sources for cell in cells], lambda _: False)
    assert cells_in(strip) == list(range(len(cells)))


def test_a_chain_has_no_branches() -> None:
    assert arranged((), (0,), (1,), (2,)) == (0, 1, 2, 3)


def test_a_skip_is_no_branch() -> None:
    assert arranged((), (0,), (1,), (2, 0)) == (0, 1, 2, 3)


def test_two_runs_from_one_value_are_branches() -> None:
    assert arranged((), (0,), (1,), (0,), (2, 3), (4,)) == (0, fork((1, 2), (3,)), 4, 5)


def test_an_empty_branch_does_not_hide_the_others() -> None:
    assert arranged((), (0,), (0,), (1, 2, 0)) == (0, fork((1,), (2,)), 3)


def test_branches_inside_the_first_branch() -> None:
    assert arranged((), (0,), (0,), (1, 2), (0,), (3, 4)) == (0, fork((fork((1,), (2,)), 3), (4,)), 5)


def test_branches_inside_the_last_branch() -> None:
    assert arranged((), (0,), (0,), (0,), (2, 3), (1, 4)) == (0, fork((1,), (fork((2,), (3,)), 4)), 5)


def test_branches_after_branches() -> None:
    sources = ((), (0,), (0,), (1, 2), (3,), (3,), (4, 5))
    assert arranged(*sources) == (0, fork((1,), (2,)), 3, fork((4,), (5,)), 6)


def test_branches_end_where_one_takes_from_the_other() -> None:
    assert arranged((), (0,), (1,), (0,), (3, 1), (2, 4)) == (0, fork((1, 2), (3,)), 4, 5)


def test_branches_inside_a_branch_may_end_with_it() -> None:
    assert arranged((), (0,), (1,), (1,), (0,), (2, 3, 4)) == (0, fork((1, fork((2,), (3,))), (4,)), 5)


def test_of_two_branches_that_are_summed_the_first_goes_straight_on() -> None:
    assert arranged((), (0,), (0,), (1, 2), sums=True) == (0, fork((1,), (2,), straight=True), 3)
    assert arranged((), (0,), (0,), (0,), (1, 2, 3), sums=True) == (0, fork((1,), (2,), (3,)), 4)


def test_a_block_is_in_one_branch_or_around_all() -> None:
    inside = blocks_of(["", "one/a", "one/b", "two/c", "join"])
    assert strips_of(inside, ((), (0,), (1,), (0,), (2, 3)), lambda _: False).items == (
        0,
        fork((Strip("one", (1, 2)),), (Strip("two", (3,)),)),
        4,
    )
    across = blocks_of(["", "a", "both/b", "both/c", "join"])
    assert strips_of(across, ((), (0,), (1,), (0,), (2, 3)), lambda _: False).items == (0, 1, Strip("both", (2, 3)), 4)

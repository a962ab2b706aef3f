"""The cells of a sweep."""

from __future__ import annotations

from math import prod

from hypothesis import given
from hypothesis import strategies as st

from cnndsl.settings import Sweep, cells
from cnndsl.settings.sweep import MOST_CELLS
from tests.settings.samples import settings_of
from tests.strategies import thorough


def test_the_last_axis_changes_fastest() -> None:
    sweep = settings_of("sweep { w = [4, 8]; train.batch = [32, 64] }", variables=("w",)).sweep
    found = [{name: argument.value for name, argument in cell.items()} for cell in cells(sweep)]
    assert found == [
        {"w": 4, "train.batch": 32},
        {"w": 4, "train.batch": 64},
        {"w": 8, "train.batch": 32},
        {"w": 8, "train.batch": 64},
    ]


def test_without_axes_there_is_one_cell_with_nothing_in_it() -> None:
    assert cells(Sweep()) == ({},)


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4))
@thorough(30)
def test_every_combination_occurs_once(sizes: list[int]) -> None:
    names = [f"v{at}" for at in range(len(sizes))]
    lines = "\n".join(f"{name} = {list(range(size))}" for name, size in zip(names, sizes, strict=True))
    found = cells(settings_of(f"sweep {{\n{lines}\n}}", variables=tuple(names)).sweep)
    assert len(found) == prod(sizes) <= MOST_CELLS
    assert len({tuple(argument.value for argument in cell.values()) for cell in found}) == len(found)
    assert all(list(cell) == names for cell in found)


def test_settings_with_arguments_can_be_swept() -> None:
    sweep = settings_of("sweep { train.optimizer = [adam, sgd(lr=0.1)]; train.schedule = [constant] }").sweep
    assert len(cells(sweep)) == 2

"""The table: what a terminal and a pipe are given."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.report.architecture import describe
from cnndsl.report.architecture_table import table
from tests.compiler.networks import graph_of
from tests.report.networks import NETWORKS, residual
from tests.strategies import models, thorough

WIDE_ENOUGH = 84  # for the numbers, and two words of twelve letters


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("width", [WIDE_ENOUGH, 90, 100, 140])
def test_lines_are_no_wider_than_the_terminal(name: str, width: int) -> None:
    lines = table(describe(NETWORKS[name]()), width=width).splitlines()
    assert max(map(len, lines[1:])) <= width


@thorough(20)
@given(text=models(), width=st.integers(WIDE_ENOUGH, 130))
def test_a_terminal_shows_every_layer(text: str, width: int) -> None:
    shown = describe(graph_of(text))
    head, _, rows = table(shown, width=width).partition("\n\n")
    assert head.endswith(f"receptive field {shown.receptive_field}")
    assert len(rows.splitlines()) == 2 + len(shown.rows) + 2
    assert all(len(line) <= width for line in rows.splitlines())


@pytest.mark.parametrize("name", NETWORKS)
def test_a_pipe_gets_whole_cells_two_spaces_apart_and_a_line_a_layer(name: str) -> None:
    shown = describe(NETWORKS[name]())
    lines = table(shown).splitlines()[4:-2]
    assert len(lines) == len(shown.rows)
    for line, row in zip(lines, shown.rows, strict=True):
        cells = re.split(r" {2,}", line)
        assert cells[:2] == [row.path, row.text]
        assert cells[3:5] == [f"{row.figures.parameters:,}", f"{row.figures.macs:,}"]
        taken = f"<- {', '.join(row.inputs)}"
        assert cells[7:] in ([], [taken])


def test_a_terminal_has_the_inputs_below_a_layer() -> None:
    lines = table(describe(residual()), width=100).splitlines()
    (at,) = [number for number, line in enumerate(lines) if line.startswith("stage1/0/Basic.0/Add.0")]
    assert lines[at + 1] == "  <- stage1/0/Basic.0/BatchNorm.0, stem"


def test_a_narrow_terminal_rounds_multiply_adds_before_it_cuts_words() -> None:
    shown = describe(residual())
    exact = table(shown).splitlines()[2]
    assert "589,824" in table(shown, width=120)
    narrow = table(shown, width=90)
    assert "589,824" not in narrow
    assert "590 k" in narrow
    assert len(exact) > 90


def test_a_network_that_ends_early_has_no_totals_to_speak_of() -> None:
    whole, part = (table(describe(residual()), complete=complete) for complete in (True, False))
    assert whole.startswith("net.txt: 3x32x32: 13 layers, 4,594 parameters, ")
    assert part.startswith("path ")
    assert part.splitlines()[-1].startswith("so far ")


def test_the_data_set_is_named() -> None:
    assert table(describe(residual()), data="cifar10").startswith("net.txt: cifar10 3x32x32: ")

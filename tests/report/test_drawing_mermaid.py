"""The flowchart: every layer, every connection, and names that cannot leave their quotes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.report.architecture import describe
from cnndsl.report.drawing_mermaid import mermaid
from tests.report.networks import NETWORKS, branches, hostile, network, plain, residual
from tests.strategies import thorough

LINE = re.compile(
    r"""flowchart\ TD
    | \s+(?:image|result)\(\["[^"]*"\]\)
    | \s+n\d+\["[^"]*"\]
    | \s+subgraph\ b[_\d]+\["[^"]*"\]
    | \s+end
    | \s+(?:n\d+|image)\ -->\|"[\dx]+"\|\ (?:n\d+|result)
    | \s+classDef\ \w+\ fill:\#\w{6},stroke:\#\w{6},color:\#\w{6}
    | \s+class\ n\d+(?:,n\d+)*\ \w+""",
    re.VERBOSE,
)


def edges(chart: str) -> list[tuple[str, str, str]]:
    return re.findall(r'^\s+(\w+) -->\|"([^"]*)"\| (\w+)$', chart, re.MULTILINE)


@pytest.mark.parametrize("name", NETWORKS)
def test_every_layer_and_every_connection_is_there(name: str) -> None:
    shown = describe(NETWORKS[name]())
    chart = mermaid(shown)
    assert all(LINE.fullmatch(line) for line in chart.splitlines())
    assert len(re.findall(r"^\s+n\d+\[", chart, re.MULTILINE)) == len(shown.rows)
    assert len(edges(chart)) == sum(len(row.inputs) for row in shown.rows) + 1


def test_shapes_are_on_the_arrows() -> None:
    assert edges(mermaid(describe(plain())))[:3] == [
        ("image", "1x28x28", "n0"),
        ("n0", "6x28x28", "n1"),
        ("n1", "6x28x28", "n2"),
    ]


def test_branches_and_skips_are_arrows() -> None:
    assert {("n1", "4x8x8", "n4"), ("n3", "4x8x8", "n4"), ("n0", "4x8x8", "n4")} <= set(
        edges(mermaid(describe(branches())))
    )


def test_blocks_are_subgraphs_inside_each_other() -> None:
    lines = [line.strip() for line in mermaid(describe(residual())).splitlines()]
    start = lines.index('subgraph b_1["stage1/0"]')
    assert lines[start + 1] == 'subgraph b_1_0["Basic.0"]'
    assert sum(line.startswith("subgraph") for line in lines) == lines.count("end")


def test_labels_are_shown() -> None:
    assert 'n4["logits: FC 10"]' in mermaid(describe(plain()))


def test_a_network_without_layers_is_one_arrow() -> None:
    assert edges(mermaid(describe(network((3, 8, 8))))) == [("image", "3x8x8", "result")]


@thorough(60)
@given(name=st.one_of(st.text(max_size=20), st.sampled_from(('"] end', "end", "#quot;", "`a`", "%%{init}%%", "<br>"))))
def test_any_name_stays_in_its_quotes(name: str) -> None:
    chart = mermaid(hostile(name.replace("/", "")))
    assert all(LINE.fullmatch(line) for line in chart.split("\n"))
    quoted = re.findall(r'"([^"]*)"', chart)
    assert all(re.fullmatch(r"(?:[A-Za-z0-9 .,:_/=]|#\d+;)*", text) for text in quoted)

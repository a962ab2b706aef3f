"""Drawn networks with structure: what they are does not depend on how they are written."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cnndsl.compiler import check, has_errors
from cnndsl.compiler.measure import measure
from cnndsl.language import Graph, Source, read_graph
from cnndsl.language.fingerprint import canonical_hash
from cnndsl.language.graph import INPUT
from cnndsl.language.render import render
from tests.language.drafts import Lines, retyped
from tests.language.networks import networks
from tests.strategies import thorough


def text_of(lines: Lines) -> str:
    return "".join(f"{line}\n" for line in lines)


def graph_of(text: str) -> Graph:
    graph, found = read_graph(Source("m", text))
    assert not has_errors(found), "\n".join(map(str, found))
    return graph


@given(networks())
@thorough(60)
def test_a_network_is_a_graph_of_layers_in_an_order_of_computation(lines: Lines) -> None:
    graph = graph_of(text_of(lines))
    above = {INPUT}
    for node in graph.nodes:
        assert set(node.inputs) <= above
        assert node.path not in above
        above.add(node.path)
    shaped, found = check(Source("m", text_of(lines)), None)
    assert not has_errors(found)
    assert len(shaped.nodes) == len(graph.nodes)
    assert shaped.nodes[-1].out_shape == (3,)


@given(networks())
@thorough(60)
def test_what_is_printed_is_the_same_network_with_the_same_paths(lines: Lines) -> None:
    graph = graph_of(text_of(lines))
    for provenance in (False, True):
        text = render(graph, provenance=provenance)
        again = graph_of(text)
        assert again == graph
        assert canonical_hash(again) == canonical_hash(graph)
        assert render(again) == render(graph)
    assert measure(check(Source("m", render(graph)))[0]) == measure(check(Source("m", text_of(lines)))[0])


@st.composite
def typed(draw: st.DrawFn) -> tuple[Lines, str]:
    lines = draw(networks())
    return lines, draw(retyped(lines, comments=True))


@given(typed())
@thorough(60)
def test_a_network_and_its_paths_do_not_depend_on_formatting(drawn: tuple[Lines, str]) -> None:
    lines, text = drawn
    graph, again = graph_of(text_of(lines)), graph_of(text)
    assert again == graph
    assert canonical_hash(again) == canonical_hash(graph)


@given(networks())
@thorough(60)
def test_every_layer_knows_its_line_and_the_calls_that_led_there(lines: Lines) -> None:
    for node in graph_of(text_of(lines)).nodes:
        assert node.span is not None
        named = lines[node.span.line - 1][node.span.column - 1 :]
        assert named.startswith((type(node.spec).__name__, "residual", "branch"))
        for site in node.calls:
            assert lines[site.span.line - 1][site.span.column - 1 :].startswith(site.name)

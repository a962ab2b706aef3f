"""Legal sizes are those that brute force finds, whatever is claimed to follow from a few."""

from __future__ import annotations

import re

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.compiler.infer import trace
from cnndsl.compiler.legal import legal_sizes
from cnndsl.compiler.sizes import LegalSizes
from cnndsl.language import Graph, Source, read_graph
from tests.language.networks import networks
from tests.strategies import models, thorough

_FAR = 60


def graph_of(text: str, size: int = 30) -> Graph:
    graph, found = read_graph(Source("m", text), input_shape=(2, size, size))
    assert not found
    return evolve(graph, input_shape=(2, size, size))


def is_legal(text: str, size: int) -> bool:
    graph, found = read_graph(Source("m", text), input_shape=(2, size, size))
    return not found and trace(evolve(graph, input_shape=(2, size, size)))[1] is None


def agrees(text: str, sizes: LegalSizes, up_to: int) -> None:
    legal = {size for size in range(1, min(up_to, sizes.tried or up_to) + 1) if is_legal(text, size)}
    assert {size for size in range(1, up_to + 1) if size in sizes} == legal
    assert sizes.smallest == min(legal, default=None) or sizes.smallest is None or sizes.smallest > up_to
    if sizes.misfit is not None and sizes.illegal:
        assert not is_legal(text, sizes.illegal)


_LAYERS = st.sampled_from(
    (
        *("Conv 2 3", "Conv 2 3 2", "Conv 2 2 1 1", "Conv 2 3 2 pad=same", "Conv 2 1", "Conv 2 3 dilation=2"),
        *("Pool 2", "Pool 3 2", "Pool 3 2 ceil=true", "Pool 2 3", "AvgPool 2 ceil=true pad=1"),
        *("Upsample 2", "ConvTranspose 2 2 2", "ConvTranspose 2 3 2 1 output_pad=1", "Pad 1", "ReLU"),
    )
)
_PATHS = st.lists(_LAYERS, max_size=3).map("; ".join)
_BRANCHES = st.builds(
    "branch {} {{ path {{ {} }}; path {{ {} }} }}".format, st.sampled_from(("add", "concat")), _PATHS, _PATHS
)
_ENDS = st.sampled_from(
    ("FC 3", "Flatten\nGroupNorm 3\nFC 3", "Flatten\nGroupNorm 4", "branch add { path { Flatten }; path { Flatten } }")
)


@st.composite
def nets(draw: st.DrawFn) -> str:
    """Layers and branches that may or may not fit, for one size or another."""
    return "\n".join([*draw(st.lists(st.one_of(_LAYERS, _BRANCHES), max_size=4)), draw(_ENDS), ""])


@thorough(50)
@given(nets())
def test_the_legal_sizes_of_chains_and_branches_are_those_of_brute_force(text: str) -> None:
    agrees(text, legal_sizes(graph_of(text)), _FAR)


@thorough(20)
@given(models())
def test_the_legal_sizes_of_drawn_models_are_those_of_brute_force(text: str) -> None:
    text = re.sub(r"input .*\n", "", text)
    agrees(text, legal_sizes(graph_of(text)), 40)


@thorough(10)
@given(networks())
def test_where_layers_depend_on_the_input_no_more_is_claimed_than_was_tried(lines: tuple[str, ...]) -> None:
    text = "\n".join(line for line in lines if not line.startswith("input ")) + "\n"
    graph = graph_of(text)
    sizes = legal_sizes(graph)
    assert not graph.follows_shape or sizes.tried
    agrees(text, sizes, 12)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "Conv 6 5 1 2\nReLU\nPool 2\nConv 12 5\nReLU\nPool 2\nConv 100 5\nFlatten\nFC 10\n",
            "legal for square inputs of 28 and more; at 27: Conv kernel 5x5 does not fit its 4x4 input (line 7)",
        ),
        ("Conv 3 3 1 1\nFC 3\n", "legal for square inputs of 1 and more"),
        (
            "branch add { path { Pool 2; Upsample 2 }; path { } }\n",
            "legal for square inputs of 2 and more that are multiples of 2; at 1: Pool kernel 2x2 does not fit",
        ),
        (
            "branch concat { path { Conv 2 3 }; path { Conv 2 3 2 } }\n",
            "legal for square inputs of 3; at 2: Conv kernel 3x3 does not fit its 2x2 input (line 1)",
        ),
        ("Flatten\nConv 3 3\n", "legal for no square input, tried up to 10,000; at 10000: Conv needs a map"),
        (
            "residual shortcut=auto { Conv 4 3 2 1 }\nFC 2\n",
            "legal for square inputs of 1 and more, tried up to 64",
        ),
    ],
)
def test_how_it_is_told(text: str, words: str) -> None:
    assert str(legal_sizes(graph_of(text))).startswith(words)

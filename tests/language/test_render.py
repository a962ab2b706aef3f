"""Specs to text: what is printed is read back as the same spec, for every kind and every legal value."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.language.binding import takes_many
from cnndsl.language.render import render_spec
from cnndsl.layers import REGISTRY, conv, pool
from cnndsl.layers._fields import Size, Whole, domain_of
from cnndsl.layers._kind import LayerKind
from cnndsl.layers.fc import FC
from tests.language.samples import SEED, graph_of, specs_of
from tests.strategies import VALUES, specs, thorough

# As a file has them: a whole number for a size too, which the annotations do not say.
Conv: Any = conv.Conv
Pool: Any = pool.Pool
PUBLIC = [kind for kind in REGISTRY if not kind.internal]


def _wide(domain: Any) -> st.SearchStrategy[Any]:
    """Any value of a domain, not just the small ones that make networks that fit."""
    if not isinstance(domain, Whole):
        return VALUES[type(domain)](domain)
    number = st.integers(domain.minimum, domain.maximum)
    return st.one_of(number, st.tuples(number, number)) if isinstance(domain, Size) else number


@st.composite
def wide_specs(draw: st.DrawFn, kind: LayerKind[Any]) -> Any:
    values = {field.name: draw(_wide(domain_of(field))) for field in attrs.fields(kind.spec)}
    try:
        return kind.spec(**values)
    except ValueError:  # fields at odds with each other
        return draw(specs(kind))


@pytest.mark.parametrize("kind", PUBLIC, ids=lambda kind: kind.name)
@given(st.data())
@thorough(60)
def test_what_is_printed_is_read_back_as_the_same_spec(kind: LayerKind[Any], data: st.DataObject) -> None:
    spec = data.draw(st.one_of(specs(kind), wide_specs(kind)))
    joined = ("@input",) if takes_many(kind) else ()
    text = render_spec(spec, joined)
    (again,) = specs_of(text)
    assert again == spec
    assert type(again) is type(spec)
    assert render_spec(again, joined) == text


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        (Conv(6, 5, 1, 2), "Conv 6 5 1 2"),
        (Conv(6, (5, 5)), "Conv 6 5"),
        (Conv(6, (5, 3), (1, 1), (0, 0), bias=False), "Conv 6 5x3 bias=false"),
        (Pool(2), "Pool 2"),
        (Pool(2, 2), "Pool 2"),
        (Pool((2, 3), (2, 3)), "Pool 2x3"),
        (Pool(3, 2, pad=1), "Pool 3 2 pad=1"),
        (FC(10), "FC 10"),
    ],
)
def test_the_printed_form_is_the_shortest(spec: object, text: str) -> None:
    assert render_spec(spec) == text


def test_the_seed_printed_is_the_seed_without_comments_and_defaults() -> None:
    lines = [" ".join(line.split("#")[0].split()) for line in SEED.splitlines()]
    shorter = {"Pool 2 2": "Pool 2", "Conv 12 5 1 0": "Conv 12 5", "Conv 100 5 1 0": "Conv 100 5"}
    printed = [render_spec(node.spec) for node in graph_of(SEED).nodes]
    assert printed == [shorter.get(line, line) for line in lines]

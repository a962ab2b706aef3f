"""Inferred shapes are the shapes of the arrays, and a fault is put on the layer that has it."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given

from cnndsl.compiler import check
from cnndsl.compiler.infer import check_shapes, infer
from cnndsl.language import Source
from cnndsl.language.graph import INPUT
from cnndsl.layers import kind_of
from cnndsl.layers._kind import Array, Context, ShapeError
from cnndsl.layers._layout import array_shape
from tests.compiler.networks import graph_of, random_batch
from tests.layers.references import inner
from tests.strategies import models, seeds, thorough


@thorough(40)
@given(text=models(), seed=seeds())
def test_inferred_shapes_are_those_of_the_arrays(text: str, seed: int) -> None:
    graph = infer(graph_of(text))
    batch = random_batch(graph, seed, 3)
    values: dict[str, Array] = {INPUT: inner(batch.x)}
    for node in graph.nodes:
        xs = tuple(values[path] for path in node.inputs)
        params, state = batch.params.get(node.path, {}), batch.state.get(node.path, {})
        values[node.path], _, _ = kind_of(node.spec).forward(node.spec, params, state, xs, Context())
        assert [x.shape for x in xs] == [array_shape(shape, 3) for shape in node.in_shapes]
        assert values[node.path].shape == array_shape(node.out_shape, 3)


@thorough(20)
@given(text=models())
def test_inferring_twice_changes_nothing(text: str) -> None:
    graph = infer(graph_of(text))
    assert infer(graph) == graph


def test_the_first_layer_that_does_not_fit_is_named_with_its_line() -> None:
    text = "input 1x8x8\nConv 2 3\nPool 2\nConv 4 5\nFC 2\n"
    graph, diagnostics = check(Source("tight.txt", text))
    (error,) = (diagnostic for diagnostic in diagnostics if diagnostic.severity == "error")
    assert (error.code, error.span.line) == ("S201", 4)
    assert [node.path for node in graph.nodes] == ["Conv.0", "Pool.0"]


def test_infer_raises_what_check_reports() -> None:
    graph = graph_of("input 1x8x8\nConv 2 3\nPool 2\nFC 2\n")
    narrow = attrs.evolve(graph, input_shape=(1, 3, 3))
    with pytest.raises(ShapeError, match="Pool kernel 2x2 does not fit its 1x1 input"):
        infer(narrow)
    _, (diagnostic,) = check_shapes(narrow)
    assert diagnostic.message == "Pool kernel 2x2 does not fit its 1x1 input"

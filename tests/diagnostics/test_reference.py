"""The reference holds for every kind there is, without knowing any: what it says can be run."""

from __future__ import annotations

from math import prod
from typing import Any

import attrs
import pytest

from cnndsl.diagnostics.document import as_markdown
from cnndsl.diagnostics.layer_page import layer_page, layer_table
from cnndsl.diagnostics.reference import Kind, arguments, joins, rules, signature_line, summary, worked_example
from cnndsl.language.render import render_spec
from cnndsl.layers import aliases_of, find_kind, public_kinds

each = pytest.mark.parametrize("kind", public_kinds(), ids=lambda kind: kind.name)


def named(name: str) -> Kind:
    kind = find_kind(name)
    assert kind is not None
    return kind


@each
def test_a_kind_is_summarised_in_a_sentence_that_is_not_its_rule(kind: Kind) -> None:
    assert summary(kind).endswith(".")
    assert len(summary(kind)) <= 130
    assert summary(kind) not in rules(kind)


@each
def test_every_argument_is_told_with_its_default_and_what_it_takes(kind: Kind) -> None:
    fields: dict[str, attrs.Attribute[Any]] = {field.name: field for field in attrs.fields(kind.spec)}
    told = arguments(kind)
    assert {argument.name for argument in told} == fields.keys()
    assert [argument.named_only for argument in told] == sorted(argument.named_only for argument in told)
    for argument in told:
        assert (argument.default == "") == (fields[argument.name].default is attrs.NOTHING)
        assert argument.takes
        assert argument.doc


@each
def test_the_worked_example_is_legal_and_its_line_makes_it(kind: Kind) -> None:
    worked = worked_example(kind)
    assert kind.out_shape(worked.spec, *worked.in_shapes) == worked.out_shape
    line, _, labels = worked.line.partition(" @")
    assert bool(labels) == joins(kind)
    assert line == render_spec(worked.spec)
    weights = kind.weights(worked.spec, *worked.in_shapes)
    assert worked.parameters == sum(prod(weight.shape) for weight in weights.values() if weight.trained)
    assert [text.split()[0] for text in worked.weights] == list(weights)


@each
def test_a_page_shows_all_of_it(kind: Kind) -> None:
    page = as_markdown(layer_page(kind)).replace("\\", "")
    assert signature_line(kind) in page
    assert worked_example(kind).line in page
    for argument in arguments(kind):
        assert argument.doc in page
    for alias in aliases_of(kind):
        assert f"`{alias}`" in page


def test_a_default_that_is_another_argument_is_named() -> None:
    assert signature_line(named("Pool")).startswith("Pool kernel stride=kernel")


def test_the_table_has_a_row_a_kind() -> None:
    assert [row[0] for row in layer_table().rows] == [kind.name for kind in public_kinds()]

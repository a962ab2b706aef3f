"""Edits change what they say and keep all else: comments, white space, line ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.errors import Edit, Span
from cnndsl.language import Source
from cnndsl.language.edit import (
    apply_edits,
    argument_of,
    insert_below,
    move_below,
    remove,
    set_argument,
    statements_in,
)
from cnndsl.language.parse import parse
from cnndsl.language.syntax import Layer
from cnndsl.layers.conv import Conv
from tests.language.drafts import Lines, canonical_files, retyped
from tests.strategies import thorough


def layers_of(text: str) -> tuple[Source, list[Layer]]:
    source = Source("m", text)
    statements, errors = parse(source)
    assert not errors
    return source, [layer for layer in statements_in(statements) if isinstance(layer, Layer)]


@st.composite
def texts(draw: st.DrawFn) -> str:
    lines: Lines = draw(canonical_files().filter(lambda lines: not any(line.startswith(_SECTIONS) for line in lines)))
    return draw(retyped(lines, comments=True)).removeprefix("\ufeff")


_SECTIONS = ("data", "augment", "train", "require", "sweep")


def names(text: str) -> list[str]:
    return [layer.name for layer in layers_of(text)[1]]


@thorough(60)
@given(texts())
def test_no_edits_change_nothing(text: str) -> None:
    assert apply_edits(text, ()) == text
    assert apply_edits(text, [Edit(Span("m", 1, 1, 1), "")]) == text


@thorough(100)
@given(texts(), st.data())
def test_a_statement_that_is_removed_is_gone_and_the_others_stay(text: str, data: st.DataObject) -> None:
    source, layers = layers_of(text)
    if not layers:
        return
    at = data.draw(st.integers(0, len(layers) - 1))
    edit = remove(source, layers[at])
    if edit is not None:
        assert names(apply_edits(text, [edit])) == [layer.name for layer in layers[:at] + layers[at + 1 :]]


@thorough(100)
@given(texts(), st.data())
def test_a_statement_that_is_put_below_another_follows_it(text: str, data: st.DataObject) -> None:
    source, layers = layers_of(text)
    if not layers:
        return
    at = data.draw(st.integers(0, len(layers) - 1))
    edit = insert_below(source, layers[at], "Flatten")
    if edit is not None:
        after = apply_edits(text, [edit])
        assert names(after) == [
            *(layer.name for layer in layers[: at + 1]),
            "Flatten",
            *(layer.name for layer in layers[at + 1 :]),
        ]
        assert ("\r\n" in after) == ("\r\n" in text)


@thorough(100)
@given(texts(), st.data())
def test_a_value_that_is_set_is_the_value(text: str, data: st.DataObject) -> None:
    _, layers = layers_of(text)
    convolutions = [place for place, layer in enumerate(layers) if layer.name.lower().startswith("conv")]
    if not convolutions:
        return
    at = data.draw(st.sampled_from(convolutions))
    name = data.draw(st.sampled_from(("kernel", "stride", "groups")))
    edit = set_argument(layers[at], Conv, name, "3")
    if edit is not None:
        _, after = layers_of(apply_edits(text, [edit]))
        written = argument_of(after[at], Conv, name)
        assert written is not None
        assert written.value == 3
        assert [layer.name for layer in after] == [layer.name for layer in layers]


@pytest.mark.parametrize(
    ("text", "number", "expected"),
    [
        ("A\nB # why\nC\n", 1, "A\nC\n"),
        ("A\r\n\tB\r\nC", 1, "A\r\nC"),
        ("A\nB", 1, "A"),
        ("A; B ; C # all\n", 1, "A; C # all\n"),
        ("A; B; C\n", 2, "A; B\n"),
        ("residual { A; B }\n", 1, "residual { A }\n"),
        ("residual { A }\n", 0, "residual {  }\n"),
        ("x: A 1 k=2\nB\n", 0, "B\n"),
    ],
)
def test_what_is_left_of_a_line(text: str, number: int, expected: str) -> None:
    source, layers = layers_of(text)
    edit = remove(source, layers[number])
    assert edit is not None
    assert apply_edits(text, [edit]) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A # a\nB # b\nC\n", "B # b\nA # a\nC\n"),
        ("  A\r\n\tB\r\nC", "\tB\r\n\tA\r\nC"),
        ("A # a\nB; C\n", "B; A; C\n"),
        ("A; B\nC # c\n", "B; A\nC # c\n"),
        ("residual { A; B }\n", "residual { B; A }\n"),
        ("A\nB", "B\nA"),
    ],
)
def test_moving_takes_the_comment_along_where_there_are_lines(text: str, expected: str) -> None:
    source, layers = layers_of(text)
    edits = move_below(source, layers[0], layers[1])
    assert edits is not None
    assert apply_edits(text, edits) == expected


def test_a_statement_on_several_lines_is_left_alone() -> None:
    source, (layer, other) = layers_of("Conv (1 +\n 2) 3\nReLU\n")
    assert remove(source, layer) is None
    assert insert_below(source, layer, "ReLU") is None
    assert set_argument(layer, Conv, "pad", "1") is None
    assert move_below(source, layer, other) is None


def test_a_variable_is_left_alone() -> None:
    _, (layer,) = layers_of("Conv $w 3\n")
    assert set_argument(layer, Conv, "out", "4") is None

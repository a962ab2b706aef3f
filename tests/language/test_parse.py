"""Text to syntax: every form of a line, every syntax error in one run, and no text that breaks it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.compiler import check
from cnndsl.errors import ModelError
from cnndsl.language import Source
from cnndsl.language.parse import parse
from cnndsl.language.source import checked, decode
from cnndsl.language.syntax import Argument, Input, Layer, Scalar, Statement, Version, Word
from cnndsl.layers import known_names
from tests.language.samples import SEED, errors_of, examine, specs_of, underlined
from tests.strategies import thorough


def statements_of(text: str) -> tuple[Statement, ...]:
    statements, found = parse(Source("m", text))
    assert found == ()
    return statements


def layer_of(text: str) -> Layer:
    (layer,) = statements_of(text)
    assert isinstance(layer, Layer)
    return layer


def values_of(text: str) -> list[tuple[str | None, Scalar | Word]]:
    return [(argument.name, argument.value) for argument in layer_of(text).arguments]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("5", 5),
        ("-2", -2),
        ("+3", 3),
        ("20_000", 20_000),
        ("0.5", 0.5),
        (".5", 0.5),
        ("2.", 2.0),
        ("1e-3", 0.001),
        ("1e3", 1000.0),
        ("5x3", (5, 3)),
        ("2x3x4", (2, 3, 4)),
        ("true", True),
        ("false", False),
        ("same", Word("same")),
        ("trueish", Word("trueish")),
        ("a.b", Word("a.b")),
        ('"two words"', "two words"),
    ],
)
def test_a_value_is_what_its_form_says(written: str, value: Scalar | Word) -> None:
    ((_, positional), (name, named)) = values_of(f"Layer {written} key={written}")
    assert (positional, named, name) == (value, value, "key")
    assert type(positional) is type(named) is type(value)


def test_positional_arguments_come_before_named_ones() -> None:
    assert values_of("Conv 6 5 stride=2 pad = 1") == [(None, 6), (None, 5), ("stride", 2), ("pad", 1)]


@pytest.mark.parametrize("text", ["stem: Conv 6", "stem:Conv 6", "stem : Conv 6", "\tstem\t:\tConv\t6"])
def test_a_label_stands_before_the_layer(text: str) -> None:
    layer = layer_of(text)
    assert (layer.label, layer.name, len(layer.arguments)) == ("stem", "Conv", 1)


def test_every_part_knows_its_place() -> None:
    text = "  stem : Conv 16 stride = 3x2"
    layer = layer_of(text)
    (out, stride) = layer.arguments
    spans = [layer.label_span, layer.span, out.span, stride.name_span, stride.span]
    found = [text[span.column - 1 : (span.end_column or 0) - 1] for span in spans if span]
    assert found == ["stem", "Conv", "16", "stride", "3x2"]
    assert all(span and span.line == 1 and span.file == "m" for span in spans)


@pytest.mark.parametrize(
    "text",
    [
        "Conv 6 5\nReLU\n",
        "Conv 6 5\nReLU",
        "Conv 6 5\r\nReLU\r\n",
        "\ufeffConv 6 5\nReLU\n",
        "Conv\t6\t5\t\n\tReLU\n",
        "Conv\u00a06\u00a05\n\u00a0ReLU\n",
        "Conv 6 5;ReLU",
        " ; Conv 6 5 ;; ReLU ; \n;\n",
        "\n\n# a comment\nConv 6 5 # another ; with Conv 1 1\n   \nReLU#no space\n# the end",
        "Conv 6 5 # größer als 4 \u2028 ist es\nReLU # 層\n",
    ],
)
def test_space_comments_and_line_ends_mean_nothing(text: str) -> None:
    (conv, relu) = statements_of(text)
    assert isinstance(conv, Layer)
    assert isinstance(relu, Layer)
    assert (conv.name, [argument.value for argument in conv.arguments]) == ("Conv", [6, 5])
    assert (relu.name, relu.arguments) == ("ReLU", ())


def test_version_and_input_are_statements_and_still_names() -> None:
    version, shape, layer, label = statements_of("version 1\ninput 3x32x32\ninputs 3\ninput: ReLU")
    assert isinstance(version, Version)
    assert version.number == 1
    assert isinstance(shape, Input)
    assert shape.shape == (3, 32, 32)
    assert isinstance(layer, Layer)
    assert layer.name == "inputs"
    assert isinstance(label, Layer)
    assert (label.label, label.name) == ("input", "ReLU")


def test_an_argument_is_equal_to_another_with_the_same_value_and_place() -> None:
    assert layer_of("Conv 6").arguments == (Argument(6, layer_of("Conv 6").arguments[0].span),)


@pytest.mark.parametrize(
    ("text", "underline"),
    [
        ("Conv 6 5+2", "+"),
        ("Conv 6 3X3", "X"),
        ("Conv 6 3x3x", "x"),
        ("Conv 6.5.3", "."),
        ('Conv 6 "a"5', "5"),
        ("Conv 6 5e", "e"),
        ("Conv \uff16 5", "\uff16"),
        ("\u0421onv 6 5", "\u0421"),
        ("Conv 6 \u202e5", "\u202e"),
        ("Conv 6\r5", "\r"),
        ("Conv 6 stride= ; ReLU", ";"),
        ("Conv 6 stride=2 5 ; ReLU", "5"),
    ],
)
def test_what_is_written_into_one_is_never_read_as_two(text: str, underline: str) -> None:
    (found,) = errors_of(text)
    assert found.code == "P001"
    assert underlined(text, found) == underline


def test_a_mended_line_that_is_offered_parses() -> None:
    for text in ("Conv(6, 5)", "Conv 6, 5, stride = 2", "Pool (2), (2)", "a: Conv(6, 5)", "Conv(6, x=y, 3)", "a=(3)"):
        (found,) = errors_of(text)
        offered = found.hints[0].partition("separated by spaces: `")[2].rstrip("`")
        if offered:
            assert parse(Source("m", offered))[1] == ()
        assert bool(offered) == (text not in {"Conv(6, x=y, 3)", "a=(3)"})


PLANTED = """\
Conv 6 5 1 2   # fine
Conv 6, 5      // wrong twice
ReLU
Pol 2 2
Conv 12 5 0
<<<<<<< HEAD
FC 10 filter=3
Softmax"""


def test_five_planted_errors_are_all_told_each_on_its_line() -> None:
    found = [(error.span.line, error.code) for error in errors_of(PLANTED)]
    assert found == [(2, "P001"), (4, "N010"), (5, "A103"), (6, "P003"), (7, "A102")]


def test_the_number_of_syntax_errors_told_is_bounded() -> None:
    assert 10 < len(errors_of("Conv ,\n" * 1000)) < 100


def test_the_shapes_behind_an_unreadable_line_are_not_judged() -> None:
    source = Source("m", "Conv 6 5 1 2\nPool 2,2\nFlatten\nConv 100 50\n")
    graph, found = check(source, (1, 28, 28))
    assert [error.code for error in found] == ["P001"]
    assert [node.path for node in graph.nodes] == ["Conv.0"]


STRUCTURE = """\
input 1x28x28
let w = 4
block Thin(ch, k=(2*$w - 5)) {
  Conv $ch $k pad=same
  BatchNorm
}
tap: residual shortcut=auto { Thin $w; ReLU }
repeat 2 as i {
  a: Thin ($w + $i)
}
branch concat { path { Thin 3 } path { } }
Concat @tap
Pool 2 from=@tap
require { params < 20_000; no Tanh }
train {
  optimizer = adam(lr=1e-3)
  metrics = [loss, accuracy]
}
"""


def _mutations() -> st.SearchStrategy[str]:
    """Model files, cut, repeated and with pieces of this and other languages put in."""
    pieces = st.one_of(
        st.sampled_from([*known_names(), "input 1x28x28", "version 2", "a:", "=", ";", "#", "//", ",", "(", ")", '"']),
        st.sampled_from(["\n", "\r\n", "\r", "\t", "\u00a0", "\ufeff", "\u200b", "\u202e", "\x1b[31m", "0", "-1"]),
        st.sampled_from(["9" * 40, "1e400", "5x3", "bias=", "stride=0", "<<<<<<< ", "=======", "true", "pad=same"]),
        st.sampled_from(
            ["{", "}", "[", "]", "{ }", "\n}\n", "repeat 2 {", "branch add {", "path {", "residual", "train {"]
        ),
        st.sampled_from(
            ["block B(x) {", "Thin", "let w = ", "$w", "$", "@tap", "@", "from=", "(1/0)", "*", "as i", "a/b.0:"]
        ),
        st.sampled_from(['include "x"', "@-1", "no ", "<=", "shortcut=auto", "Add @input", "repeat 99999 {", "/", "%"]),
        st.text(max_size=3),
    )
    edit = st.tuples(st.integers(0, len(STRUCTURE)), st.integers(0, 8), pieces)

    def apply(seed: str, edits: list[tuple[int, int, str]]) -> str:
        text = seed
        for at, length, piece in edits:
            text = text[:at] + piece + text[at + length :]
        return text

    return st.builds(apply, st.sampled_from((SEED, STRUCTURE, STRUCTURE)), st.lists(edit, min_size=1, max_size=6))


@given(st.one_of(_mutations(), _mutations(), st.text(max_size=60)))
@thorough(300)
def test_any_text_is_a_model_or_has_faults_that_can_be_shown(text: str) -> None:
    try:
        source = checked(Source("m", text))
    except ModelError:
        return
    examine(source)


@given(st.one_of(st.binary(max_size=60), _mutations().map(lambda text: text.encode("utf-8", "surrogatepass")[1:])))
@thorough(100)
def test_any_bytes_are_a_model_or_are_refused(data: bytes) -> None:
    try:
        source = decode("m", data)
    except ModelError:
        return
    examine(source)


@given(st.text(alphabet=st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=40))
@thorough(100)
def test_a_comment_may_hold_anything(comment: str) -> None:
    assert specs_of(f"# {comment}\nReLU # {comment}") == specs_of("ReLU")

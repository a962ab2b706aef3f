"""Names and arguments: looked up, bound to fields, and refused at the place where they stand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import pytest

from cnndsl.errors import ModelError
from cnndsl.language import Source, read_graph
from cnndsl.language.binding import takes_many
from cnndsl.language.render import render_spec
from cnndsl.layers import REGISTRY, aliases_of, conv, pool
from cnndsl.layers._fields import Size, Whole, domain_of, spell
from cnndsl.layers._kind import LayerKind
from cnndsl.layers.fc import FC
from cnndsl.layers.flatten import Flatten
from cnndsl.layers.relu import ReLU
from cnndsl.layers.softmax import Softmax
from tests.language.samples import SEED, error_of, errors_of, graph_of, specs_of, underlined

Kind = LayerKind[Any]
# As a file has them: a whole number for a size too, which the annotations do not say.
Conv: Any = conv.Conv
Pool: Any = pool.Pool
PUBLIC = [kind for kind in REGISTRY if not kind.internal]
SEED_SPECS = [
    Conv(6, 5, 1, 2),
    ReLU(),
    Pool(2, 2),
    Conv(12, 5, 1, 0),
    ReLU(),
    Pool(2, 2),
    Conv(100, 5, 1, 0),
    ReLU(),
    Flatten(),
    FC(10),
    Softmax(),
]

each_kind = pytest.mark.parametrize("kind", PUBLIC, ids=lambda kind: kind.name)


def required(kind: Kind) -> str:
    """The shortest line of a kind."""
    fields = attrs.fields(kind.spec)
    joined = ["@input"] if takes_many(kind) else []
    return " ".join([kind.name, *("3" for field in fields if field.default is attrs.NOTHING), *joined])


def usual(field: attrs.Attribute[Any]) -> str:
    """A value that a field takes."""
    return (
        "3"
        if field.default is attrs.NOTHING or isinstance(field.default, attrs.Factory)
        else write_default(field.default)
    )


def write_default(value: object) -> str:
    return spell(value[0] if isinstance(value, tuple) else value)


def positional(kind: Kind) -> list[str]:
    return [field.name for field in attrs.fields(kind.spec) if not field.kw_only]


def test_the_seed_is_these_eleven_layers() -> None:
    assert specs_of(SEED) == SEED_SPECS


def test_the_seed_without_flatten_is_the_other_ten() -> None:
    path = Path(__file__).parents[2] / "examples" / "no-flatten.txt"
    assert specs_of(path.read_text(encoding="utf-8")) == [spec for spec in SEED_SPECS if spec != Flatten()]


def test_an_older_spelling_of_the_seed_is_the_seed() -> None:
    text = SEED.replace("Pool", "max_pool").replace("Conv ", "conv ").replace("FC", "dense").replace("ReLU", "relu")
    assert specs_of(text) == SEED_SPECS


@each_kind
def test_a_layer_is_found_by_every_name_in_any_case(kind: Kind) -> None:
    (spec,) = specs_of(required(kind))
    assert type(spec) is kind.spec
    for name in (kind.name, *aliases_of(kind)):
        for written in (name, name.lower(), name.upper()):
            assert specs_of(required(kind).replace(kind.name, written)) == [spec]


@pytest.mark.parametrize(
    ("name", "meant"),
    [("Cnv", "Conv"), ("Relu6", "ReLU"), ("softmx", "Softmax"), ("Flaten", "Flatten"), ("MaxPooling", "Pool")],
)
def test_a_name_that_is_nearly_right_is_recognised(name: str, meant: str) -> None:
    found = error_of(f"{name} 2 2")
    assert (found.code, found.hints) == ("N010", (f"did you mean `{meant}`?",))
    assert underlined(name, found) == name


def test_the_names_are_listed_where_none_is_near() -> None:
    (hint,) = error_of("Xyzzy").hints
    assert all(kind.name in hint for kind in PUBLIC)


@pytest.mark.parametrize("kind", [kind for kind in REGISTRY if kind.internal], ids=lambda kind: kind.name)
def test_what_rewrites_make_has_no_name_in_the_language(kind: Kind) -> None:
    assert error_of(required(kind)).code == "N010"


def test_named_and_positional_arguments_mean_the_same() -> None:
    expected = [Conv(6, (5, 3), 2, 1)]
    for text in (
        "Conv 6 5x3 2 1",
        "Conv 6 5x3 2x2 1x1",
        "Conv 6 5x3 2 pad=1",
        "Conv 6 pad=1 kernel=5x3 stride=2",
        "Conv out=6 kernel=5x3 stride=2 pad=1 bias=true",
    ):
        assert specs_of(text) == expected


def test_what_is_left_out_has_its_default() -> None:
    assert specs_of("Pool 3; Conv 4 3; FC 2 bias=false") == [Pool(3, 3), Conv(4, 3, 1, 0), FC(2, bias=False)]


def test_layers_have_paths_that_count_each_kind() -> None:
    graph = graph_of("Conv 1 1\nstem: conv 1 1\nReLU\nmax_pool 1\nConv2d 1 1")
    assert [node.path for node in graph.nodes] == ["Conv.0", "stem", "ReLU.0", "Pool.0", "Conv.2"]
    assert [node.inputs for node in graph.nodes] == [("@input",), *((node.path,) for node in graph.nodes[:-1])]


def test_the_graph_ends_before_the_first_error() -> None:
    graph, _ = read_graph(Source("m", "ReLU\nSoftmax\nCnv 3 3\nReLU"))
    assert [node.path for node in graph.nodes] == ["ReLU.0", "Softmax.0"]


def test_the_input_line_is_the_shape_with_its_place() -> None:
    graph = graph_of("input 3x16x8\nReLU")
    assert graph.input_shape == (3, 16, 8)
    assert graph.input_span is not None
    assert graph.input_span.column == 7
    assert graph_of("ReLU").input_shape == ()


@pytest.mark.parametrize("shape", ["28", "28x28", "0x28x28", "1x2x3x4", "-3", "1x1x9999999", f"1x1x{'9' * 1300}"])
def test_an_input_that_is_no_image_is_refused(shape: str) -> None:
    found = error_of(f"input {shape}\nReLU")
    assert found.code == "S203"
    assert underlined(f"input {shape}", found) == shape


def test_an_input_with_its_channels_last_is_recognised() -> None:
    assert error_of("input 32x32x3\nReLU").hints == ("this language is channels first: `input 3x32x32`",)
    assert graph_of("input 3x3x3\nReLU").input_shape == (3, 3, 3)


@each_kind
def test_too_few_and_too_many_arguments_are_counted(kind: Kind) -> None:
    words = [word for word in required(kind).split() if word != "@input"]
    joined = ["@input"] if takes_many(kind) else []
    for count in range(len(words) - 1):
        text = " ".join(words[: 1 + count])
        found = error_of(text)
        assert (found.code, underlined(text, found)) == ("A101", kind.name)
        assert f"got {count}: " in found.message
        assert all(f"`{name}`" in found.message for name in positional(kind)[count : len(words) - 1])
    fields = [field for field in attrs.fields(kind.spec) if not field.kw_only]
    many = " ".join([kind.name, *map(usual, fields), *joined, "7"])
    found = error_of(many)
    assert (found.code, underlined(many, found)) == ("A101", "7")


@each_kind
def test_the_example_of_a_hint_is_right(kind: Kind) -> None:
    found = errors_of(" ".join([required(kind), *["1"] * 9]))
    (hint,) = next(error.hints for error in found if error.code == "A101")
    example = hint.removeprefix("such as `").removesuffix("`")
    assert isinstance(specs_of(example)[0], kind.spec)


def test_what_is_given_by_name_is_counted_too() -> None:
    assert "got 1: `kernel` missing" in error_of("Conv out=6").message
    assert "got 1: `out` missing" in error_of("Conv kernel=6").message
    assert [error.code for error in errors_of("Conv 6 out=5")] == ["A101", "A104"]


@each_kind
def test_an_unknown_argument_is_underlined_by_its_name(kind: Kind) -> None:
    text = f"{required(kind)} wrong_one=3"
    found = error_of(text)
    assert (found.code, underlined(text, found)) == ("A102", "wrong_one")
    assert all(field.name in found.hints[0] for field in attrs.fields(kind.spec))


def test_an_argument_that_is_nearly_right_is_recognised() -> None:
    assert error_of("Conv 6 5 padding=1").hints[0].startswith("did you mean `pad=`?")


@each_kind
def test_an_argument_given_twice_is_refused(kind: Kind) -> None:
    for field in attrs.fields(kind.spec):
        text = f"{required(kind)} {field.name}={usual(field)} {field.name}={usual(field)}"
        found = errors_of(text)
        assert {error.code for error in found} == {"A104"}
        assert {underlined(text, error) for error in found} == {field.name}


@each_kind
def test_a_value_of_the_wrong_sort_is_underlined(kind: Kind) -> None:
    for field in attrs.fields(kind.spec):
        given = [other.name for other in attrs.fields(kind.spec) if other.default is attrs.NOTHING and other != field]
        text = " ".join([kind.name, *(f"{name}=3" for name in given), f"{field.name}=nonsense"])
        found = error_of(text)
        assert (found.code, underlined(text, found)) == ("A106", "nonsense")
        assert f"{kind.name} {field.name} takes " in found.message


@each_kind
def test_a_number_out_of_range_is_underlined(kind: Kind) -> None:
    for field in attrs.fields(kind.spec):
        domain = domain_of(field)
        if not isinstance(domain, Whole):
            continue
        given = [other.name for other in attrs.fields(kind.spec) if other.default is attrs.NOTHING and other != field]
        for number in (domain.minimum - 1, domain.maximum + 1, 10**40):
            text = " ".join([kind.name, *(f"{name}=3" for name in given), f"{field.name}={number}"])
            found = error_of(text)
            assert (found.code, underlined(text, found)) == ("A103", str(number))
            assert f"{kind.name} {field.name} must be " in found.message


def test_a_size_may_be_a_rectangle_and_a_count_may_not() -> None:
    kinds = [field for kind in PUBLIC for field in attrs.fields(kind.spec) if isinstance(domain_of(field), Size)]
    assert kinds
    assert error_of("Conv 6x6 5").code == "A106"
    assert error_of("Conv 6 5x5x5").code == "A106"


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("16.0", "write `16`"),
        ("1e3", "write `1000`"),
        ("True", "write `true`"),
        ("x", "a size is written without spaces and with a small x, such as `5x3`"),
        ('"6"', "remove the quotes: `6` is a number here"),
        ('"same"', "remove the quotes"),
    ],
)
def test_a_value_that_is_nearly_right_is_recognised(value: str, hint: str) -> None:
    assert error_of(f"Conv {value} 5").hints == (hint,)


@pytest.mark.parametrize("value", ["1e308", "1e400", "-1e400", "16.5"])
def test_a_number_that_is_not_whole_gets_no_absurd_hint(value: str) -> None:
    assert error_of(f"Conv {value} 5").hints == ()


@pytest.mark.parametrize("text", ["Conv 6 5 ReLU", "FC 10 Softmax", "Flatten FC 10 Softmax", "ReLU relu"])
def test_a_second_layer_on_a_line_is_recognised(text: str) -> None:
    found = error_of(text)
    assert (found.code, underlined(text, found).lower() in text.lower()[4:]) == ("N011", True)
    mended = text[: found.span.column - 1] + ";" + text[found.span.column - 1 :]
    assert all(error.code == "N011" for error in errors_of(mended))


def test_a_label_used_twice_is_underlined() -> None:
    text = "a: ReLU\nb: ReLU\na: Softmax"
    found = error_of(text)
    assert (found.code, found.span.line, underlined(text, found)) == ("N012", 3, "a")
    assert "line 1" in found.message


def test_a_long_word_is_cut_in_the_message() -> None:
    assert len(error_of("x" * 4000).message) < 100
    assert len(error_of(f"Conv {'9' * 4000} 5").message) < 120
    assert len(error_of(f"Conv {'9' * 4000} 5").headline) < 160


def test_ten_thousand_bad_lines_take_no_time_that_counts() -> None:
    found = errors_of("".join(f"Cnv{number} 3 3\n" for number in range(5_000)))
    assert len(found) == 5_000
    assert len({str(error) for error in found}) == 5_000


def test_the_errors_of_a_model_are_one_exception() -> None:
    _, found = read_graph(Source("m", "Cnv 3 3\nPool"))
    error = ModelError(found)
    assert (error.exit_code, len(error.diagnostics)) == (1, 2)
    assert str(error) == "\n".join(map(str, found))


@each_kind
def test_the_shortest_line_is_already_canonical(kind: Kind) -> None:
    joined = ("@input",) if takes_many(kind) else ()
    assert render_spec(specs_of(required(kind))[0], joined) == required(kind)

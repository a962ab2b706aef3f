"""Variables and arithmetic, in layers and in sections; values from outside."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.errors import SettingsError
from cnndsl.language import Graph, Source, read_graph
from cnndsl.language.syntax import Scalar, Word, without_places
from tests.language.samples import error_of, errors_of, graph_of, specs_of, underlined
from tests.strategies import thorough


def let(written: str, before: str = "") -> Any:
    """The value that a variable has."""
    return graph_of(f"{before}\nlet x = {written}\nReLU").lets[-1].value


def with_values(text: str, **values: Scalar) -> Graph:
    graph, found = read_graph(Source("m", text), values)
    assert found == ()
    return graph


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("3", 3),
        ("0.5", 0.5),
        ("3x5", (3, 5)),
        ("same", Word("same")),
        ("true", True),
        ('"a b"', "a b"),
        ("(1 + 2*3)", 7),
        ("(7 / 2)", 3.5),
        ("(8 / 2)", 4),
        ("(0.5 * 32)", 16),
        ("(1.5 + 1.5)", 3),
        ("(0.1 * 3)", 0.1 * 3),
        ("(-7 % 3)", 2),
        ("(2 - 5)", -3),
        ("($w * 2)", 8),
        ("$w", 4),
    ],
)
def test_a_variable_has_the_value_of_its_expression(written: str, value: Any) -> None:
    found = let(written, "let w = 4")
    assert found == value
    assert type(found) is type(value)


_NUMBERS = st.integers(-50, 50)


def _sums(inner: st.SearchStrategy[tuple[str, Fraction]]) -> st.SearchStrategy[tuple[str, Fraction]]:
    def join(left: tuple[str, Fraction], sign: str, right: tuple[str, Fraction]) -> tuple[str, Fraction]:
        a, b = left[1], right[1]
        value = {"+": a + b, "-": a - b, "*": a * b}.get(sign)
        return f"({left[0]} {sign} {right[0]})", a / b if value is None else value

    return st.builds(join, inner, st.sampled_from("+-*/"), inner.filter(lambda drawn: drawn[1] != 0))


@given(st.recursive(_NUMBERS.map(lambda number: (str(number), Fraction(number))), _sums, max_leaves=6))
@thorough(150)
def test_arithmetic_is_that_of_numbers_and_exact_where_they_are_whole(drawn: tuple[str, Fraction]) -> None:
    written, value = drawn
    found = let(f"({written})")
    assert found == pytest.approx(float(value), rel=1e-12, abs=1e-12)
    if "/" not in written:
        assert (type(found), found) == (int, value)


@pytest.mark.parametrize(
    ("written", "code", "underline"),
    [
        ("(1 / 0)", "A103", "/"),
        ("(1 % (2 - 2))", "A103", "%"),
        ("(1 / 0.0)", "A103", "/"),
        ("(999999999 * 999999999)", "A103", "*"),
        ("(1e308 * 1)", "A103", "(1e308 * 1)"),
        (f"(1 + {'9' * 400})", "A103", f"(1 + {'9' * 400})"),
        ("($word + 1)", "A106", "($word + 1)"),
        ("($size * 2)", "A106", "($size * 2)"),
        ("($on * 2)", "A106", "($on * 2)"),
        ("@input", "A106", "@input"),
        ("$y", "N015", "$y"),
        ("($x + 1)", "N015", "($x + 1)"),
    ],
)
def test_what_cannot_be_worked_out_is_told(written: str, code: str, underline: str) -> None:
    text = f"let word = same\nlet size = 3x3\nlet on = true\nlet x = {written}\nReLU"
    found = error_of(text)
    assert (found.code, underlined(text, found)) == (code, underline)


def test_a_long_expression_is_refused_and_a_legal_one_is_worked_out() -> None:
    assert let(f"({' + '.join(['1'] * 65)})") == 65
    assert error_of(f"let x = ({' + '.join(['1'] * 66)})\nReLU").code == "P001"


def test_a_variable_that_is_not_there_is_told_with_where_it_is() -> None:
    hints = {"ch": "block B only", "i": "`repeat` on line 4 only", "later": "line 5", "wdith": "did you mean `$width`"}
    for name, hint in hints.items():
        text = f"block B(ch) {{ ReLU }}\nlet width = 2\nFC ${name}\nrepeat 1 as i {{ ReLU }}\nlet later = 1"
        found = error_of(text)
        assert (found.code, hint in found.hints[0]) == ("N015", True)
    assert error_of("FC $w").hints == ("add `let w = ...` above",)


def test_the_variables_in_force_are_listed_with_their_places() -> None:
    graph = with_values("let w = 4\nlet k = ($w + 1)\nFC $k", w=6)
    assert [(value.name, value.value, value.span.line, value.overridden) for value in graph.lets] == [
        ("w", 6, 1, True),
        ("k", 7, 2, False),
    ]


@pytest.mark.parametrize(
    ("value", "line"),
    [(6, "Conv 4 6"), ((3, 5), "Conv 4 3x5"), ("same", "Conv 4 3 pad=same"), (False, "Conv 4 3 bias=false")],
)
def test_a_value_from_outside_takes_the_place_of_the_files(value: Scalar, line: str) -> None:
    slot = {str: "3 pad=$x", bool: "3 bias=$x"}.get(type(value), "$x")
    assert [node.spec for node in with_values(f"let x = 2\nConv 4 {slot}", x=value).nodes] == specs_of(line)


def test_a_value_for_no_variable_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(SettingsError, match="m has no `let wd`") as error:
        read_graph(Source("m", "let w = 4\nlet k = 2\nFC $w"), {"wd": 3})
    assert (error.value.hint, error.value.exit_code) == ("did you mean `w`? known: w, k", 2)
    with pytest.raises(SettingsError) as error:
        read_graph(Source("m", "FC 3"), {"wd": 3})
    assert error.value.hint == "`let wd = ...` would define it"
    _, found = read_graph(Source("m", "let wd = 4,\nFC $wd"), {"wd": 3})
    assert [diagnostic.code for diagnostic in found] == ["P001"]


def test_sections_have_values_in_the_place_of_variables() -> None:
    text = "let w = 4\nReLU\ntrain {\n  batch = ($w * 8)\n  a = f($w, k=[$w])\n}\nrequire { params < ($w * 2) }\n"
    text += "augment { Pad $w p=(1 / $w) }\nsweep { w = [1, 2] }"
    plain = "train {\n  batch = 32\n  a = f(4, k=[4])\n}\nrequire { params < 8 }\n"
    plain += "augment { Pad 4 p=0.25 }\nsweep { w = [1, 2] }"
    assert without_places(graph_of(text).sections) == without_places(graph_of(f"ReLU\n{plain}").sections)


def test_faults_in_sections_are_told_and_leave_the_network_alone() -> None:
    text = "ReLU\ntrain {\n  batch = $w\n  lr = (1/0)\n  epochs = 3\n}\nlet bad = (1/0)\ntrain { a = $bad }\nTanh"
    found = errors_of(text)
    assert [(error.code, error.span.line) for error in found] == [("N015", 3), ("A103", 4), ("A103", 7)]
    graph, _ = read_graph(Source("m", text))
    assert [len(section.entries) for section in graph.sections] == [1, 0]
    assert [node.path for node in graph.nodes] == ["ReLU.0"]


@pytest.mark.parametrize("text", ["let w = 1\nlet w = 2", "block B { }\nblock b { }", "version 1\nversion 1"])
def test_a_name_is_defined_once(text: str) -> None:
    found = error_of(f"{text}\nReLU")
    assert (found.code, found.span.line) == ("C402", 2)


def test_names_of_the_language_are_no_names_of_blocks() -> None:
    for name in ("Conv", "relu", "max_pool", "repeat", "let", "input"):
        assert error_of(f"block {name} {{ ReLU }}\nReLU").code == "N017"
    assert error_of("block B(from) { ReLU }\nReLU").code == "N017"
    assert error_of("block B(a, a) { ReLU }\nReLU").code == "A104"

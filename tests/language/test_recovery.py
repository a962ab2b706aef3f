"""Several syntax errors in one run, each on its line; texts that are too much are refused at once."""

from __future__ import annotations

import pytest

from cnndsl.errors import ModelError
from cnndsl.language import Source, read_graph
from cnndsl.language.flow import MOST_LAYERS
from cnndsl.language.parse import parse
from cnndsl.language.source import checked
from tests.language.samples import error_of, errors_of, graph_of

PLANTED = """\
input 3x8x8
block Basic(ch) {
  Conv $ch, 3
  Cnv 3
}
repeat 2 as i {
  Basic ($i + 1
}
branch add {
  path { ReLU } ; ReLU
  path { Conv 3 -2 }
}
train {
  epochs: 3
}
"""


def told(text: str) -> list[tuple[str, int]]:
    return [(error.code, error.span.line) for error in errors_of(text)]


def test_planted_errors_are_told_each_on_its_line() -> None:
    assert told(PLANTED) == [
        *(("P001", 3), ("N010", 4), ("P002", 7), ("P001", 10), ("A103", 11), ("P001", 14)),
    ]


@pytest.mark.parametrize(
    ("text", "line", "head", "ends"),
    [
        ("repeat 2 {\n  ReLU\nTanh\n", 1, "repeat", 2),
        ("repeat 2 {\n  ReLU\n\n  Tanh\n# end\n", 1, "repeat", 4),
        ("block Basic(ch) {\n  residual {\n    ReLU\n  Tanh\n}\nBasic 3\n", 2, "residual", 3),
        ("block A {\n  ReLU\nblock B {\n  ReLU\n}\nA\n", 1, "block A", 2),
        ("ReLU\ntrain {\n  epochs = 3\nrequire {\n  params < 3\n}\n", 2, "train", 3),
        ("repeat 2 {\nReLU\nTanh\ndata {\n}\n", 1, "repeat", 3),
        ("tap: residual {", 1, "residual", 1),
        ("branch add { path {\n  ReLU\n}\nReLU", 1, "branch", 3),
    ],
)
def test_the_brace_that_is_never_closed_is_named_with_the_place_of_its_end(
    text: str, line: int, head: str, ends: int
) -> None:
    found = errors_of(text)[0]
    assert (found.code, found.span.line) == ("P002", line)
    assert found.message == f"`{{` opened on line {line} ({head}) is never closed"
    assert found.hints == (f"add `}}` after line {ends}",)


def test_an_unclosed_bracket_is_told_where_it_opens_and_what_follows_is_read() -> None:
    assert told("Conv ($w*2 3\nCnv 3\ntrain {\n  a = [1, 2\n  b = f(3\n  c = 3\n}") == [
        *(("P002", 1), ("N010", 2), ("P002", 4), ("P002", 5)),
    ]
    assert told('Conv 3 3 # (\nlet x = "("\nReLU') == []


def test_brackets_that_close_nothing_are_told() -> None:
    assert told("ReLU\n}\nConv 3) 3\nCnv 3\nConv [3) 3") == [
        *(("P001", 2), ("P001", 3), ("N010", 4), ("P002", 5)),
    ]


def test_a_label_a_block_and_a_variable_of_a_wrong_line_are_known() -> None:
    assert told("let w = 4 4\nFC $w\nstem: Conv 3,3\nConcat @stem\nblock B(x y) { FC $x }\nB 3 4") == [
        *(("P001", 1), ("P001", 3), ("P001", 5)),
    ]


def test_errors_in_one_long_statement_are_told_one_after_the_other() -> None:
    lines = "".join(f"  Conv {number},3\n  ReLU\n" for number in range(20))
    assert told(f"repeat 2 {{\n{lines}}}") == [("P001", 2 * number + 2) for number in range(20)]


def test_wrong_lines_are_left_out_and_the_others_are_there() -> None:
    statements, found = parse(Source("m", "ReLU\nConv 3,3\nTanh\ntrain {\n  a = ,\n  b = 3\n}"))
    assert [error.span.line for error in found] == [2, 5]
    assert [statement.span.line for statement in statements] == [1, 2, 3, 4]
    assert [type(statement).__name__ for statement in statements] == ["Layer", "Repeat", "Layer", "Section"]


# What is refused without being worked out, and the code that says so.
HOSTILE = {
    "brackets in brackets": ("Conv " + "(" * 4000, "P005"),
    "bodies in bodies": ("repeat 1 {\n" * 9000, "P005"),
    "a number of 4,000 digits": (f"Conv {'9' * 4000} 3", "A103"),
    "such a number in arithmetic": (f"let w = 2\nConv ($w*{'9' * 4000}) 3", "A103"),
    "such a number of passes": (f"repeat {'9' * 4000} {{ ReLU }}", "A103"),
    "powers of powers": ("let a = 10000000\nlet b = ($a*$a)\nlet c = ($b*$b)\nReLU", "A103"),
    "a number beyond all": ("Conv 1e400 3", "A106"),
    "full-width digits": ("Conv \uff16 \uff15", "P001"),
    "passes of passes": ("repeat 9999 { repeat 9999 { repeat 9999 { ReLU } } }", "P005"),
    "passes of nothing": ("repeat 9999 { repeat 9999 { } }", "P005"),
    "passes in a variable": ("let a = 9999\nrepeat $a as i { repeat ($i + $a) { ReLU } }", "P005"),
    "blocks of blocks": (
        "block A0 { ReLU; ReLU }\n"
        + "".join(f"block A{number} {{ A{number - 1}; A{number - 1} }}\n" for number in range(1, 40))
        + "A39",
        "P005",
    ),
    "calls in calls": (
        "block A0 { ReLU }\n" + "".join(f"block A{n} {{ A{n - 1} }}\n" for n in range(1, 200)) + "A199",
        "P005",
    ),
    "too many layers": ("ReLU;" * 700 + ("\n" + "ReLU;" * 700) * (MOST_LAYERS // 700), "P005"),
}


@pytest.mark.parametrize(("text", "code"), HOSTILE.values(), ids=HOSTILE)
def test_what_would_never_end_is_refused(text: str, code: str) -> None:
    found = errors_of(text)
    assert code in {error.code for error in found}
    assert len(found) <= 4
    assert all(len(str(error)) < 1000 for error in found)


def test_layers_that_are_too_many_are_counted_before_they_are_made() -> None:
    text = "block Two { ReLU; repeat 2 { Tanh } }\nrepeat 9999 as i { repeat 9999 { Two } }"
    graph, (found,) = read_graph(Source("m", text))
    assert found.message == "this comes to 299,940,003 layers or more; 10,000 are allowed"
    assert (found.span.line, found.span.column, graph.nodes) == (2, 8, ())


def test_the_most_layers_are_still_a_network() -> None:
    assert len(graph_of(f"repeat {MOST_LAYERS // 2} {{ ReLU; Tanh }}").nodes) == MOST_LAYERS
    assert error_of(f"ReLU\nrepeat {MOST_LAYERS // 2} {{ ReLU; Tanh }}").code == "P005"


def test_the_deepest_brackets_are_still_read() -> None:
    deep = "repeat 1 {\n" * 60 + "ReLU\n" + "}\n" * 60
    assert len(graph_of(deep).nodes) == 1
    assert len(graph_of(f"Conv {'(' * 64}3{')' * 64} 3").nodes) == 1


@pytest.mark.parametrize("mark", [";", "(", ",", "="])
def test_marks_count_as_words(mark: str) -> None:
    with pytest.raises(ModelError, match="more than 100,000 words and marks"):
        checked(Source("m", (mark * 4000 + "\n") * 26))


def test_of_thousands_of_faults_only_some_get_a_hint_that_takes_time() -> None:
    text = "".join(f"let a{number} = 1\n" for number in range(1000)) + "".join(f"FC $b{n}\n" for n in range(1000))
    _, found = read_graph(Source("m", text))
    assert len(found) == 1000
    assert len([error for error in found if error.hints]) == 100

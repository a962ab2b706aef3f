"""Blocks, loops, residuals, branches and references: what they come to, what their layers are called."""

from __future__ import annotations

import pytest

from cnndsl.compiler import check
from cnndsl.language import Graph, Source, read_graph
from cnndsl.language.graph import Node
from tests.language.samples import error_of, errors_of, graph_of, specs_of, underlined

INPUT = "input 3x8x8\n"


def paths_of(text: str) -> list[str]:
    return [node.path for node in graph_of(text).nodes]


def node_of(text: str, path: str) -> Node:
    (node,) = (node for node in graph_of(text).nodes if node.path == path)
    return node


def codes_of(text: str) -> list[tuple[str, int]]:
    return [(error.code, error.span.line) for error in errors_of(text)]


def test_a_block_is_its_body_with_values_in_the_place_of_parameters() -> None:
    block = "block Thin(ch, k=3, pad=same) { Conv $ch $k pad=$pad; ReLU }\n"
    expected = specs_of("Conv 4 3 pad=same; ReLU; Conv 4 5 pad=same; ReLU; Conv 8 3 pad=1; ReLU")
    assert specs_of(f"{block}Thin 4\nthin 4 5\nTHIN ch=8 pad=1") == expected


def test_a_default_may_use_the_parameters_before_it_and_the_file_above() -> None:
    text = "let n = 2\nblock Thin(ch, mid=($ch * $n)) { Conv $mid 1; Conv $ch 1 }\nThin 4\nThin 4 mid=3"
    assert specs_of(text) == specs_of("Conv 8 1; Conv 4 1; Conv 3 1; Conv 4 1")


def test_a_block_sees_its_own_names_and_those_of_the_file_above_it() -> None:
    text = "let w = 4\nblock Thin { Conv $w 1 }\nblock Wide(w) { Conv $w 1; Thin }\nWide 9"
    assert specs_of(text) == specs_of("Conv 9 1; Conv 4 1")
    assert codes_of("block Thin { Conv $w 1 }\nlet w = 4\nThin") == [("N015", 1)]
    assert codes_of("block Thin { Conv $i 1 }\nrepeat 2 as i { Thin }") == [("N015", 1)]
    assert codes_of("block Thin { Wide }\nblock Wide { ReLU }\nThin") == [("N010", 1)]


def test_a_repeat_counts_from_zero() -> None:
    assert specs_of("repeat 3 as i { FC ($i + 1) }") == specs_of("FC 1; FC 2; FC 3")
    assert specs_of("repeat 2 as i { repeat 2 as j { FC (2*$i + $j + 1) } }") == specs_of("FC 1; FC 2; FC 3; FC 4")
    assert specs_of("let i = 5\nrepeat 1 as i { FC ($i + 1) }; FC $i") == specs_of("FC 1; FC 5")
    assert specs_of("repeat 0 { FC 1 }; repeat 2 { }; FC 2") == specs_of("FC 2")


def test_paths_say_where_a_layer_is() -> None:
    text = """
        block ConvBN(ch) { Conv $ch 3 1 1; BatchNorm }
        block Basic(ch) { residual { ConvBN $ch; ReLU; ConvBN $ch }; ReLU }
        ConvBN 3
        stem: ConvBN 3
        repeat 1 { Basic 3 }
        stage2: repeat 2 { ConvBN 3; ConvBN 3 }
        tap: residual { ReLU }
        branch add { path { ConvBN 3 } path { } path { ReLU } }
        join: branch concat { path { } path { last: ReLU } }
        """
    assert paths_of(text) == [
        *("ConvBN.0/Conv.0", "ConvBN.0/BatchNorm.0", "stem/Conv.0", "stem/BatchNorm.0"),
        *(f"repeat.0/0/Basic.0/residual.0/ConvBN.0/{name}.0" for name in ("Conv", "BatchNorm")),
        "repeat.0/0/Basic.0/residual.0/ReLU.0",
        *(f"repeat.0/0/Basic.0/residual.0/ConvBN.1/{name}.0" for name in ("Conv", "BatchNorm")),
        *("repeat.0/0/Basic.0/residual.0", "repeat.0/0/Basic.0/ReLU.0"),
        *(f"stage2/{i}/ConvBN.{n}/{name}.0" for i in (0, 1) for n in (0, 1) for name in ("Conv", "BatchNorm")),
        *("tap/ReLU.0", "tap"),
        *("branch.0/0/ConvBN.0/Conv.0", "branch.0/0/ConvBN.0/BatchNorm.0", "branch.0/2/ReLU.0", "branch.0"),
        *("join/last", "join"),
    ]


def test_a_label_stands_for_all_that_is_automatic_around_it() -> None:
    text = """
        block Pair { a: ReLU; repeat 2 { b: ReLU } }
        repeat 2 { c: ReLU; repeat 2 { d: ReLU }; e: Pair; f: repeat 1 { g: ReLU; ReLU } }
        residual { h: ReLU; branch add { path { i: ReLU } path { } } }
        Pair
        """
    inside = "c/{0} d/{0}/0 d/{0}/1 e/{0}/a e/{0}/b/0 e/{0}/b/1 f/{0}/0/g f/{0}/0/ReLU.1"
    behind = "h i residual.0/branch.0 residual.0 Pair.0/a Pair.0/b/0 Pair.0/b/1"
    assert paths_of(text) == f"{inside.format(0)} {inside.format(1)} {behind}".split()


def test_a_plain_file_has_the_paths_that_count_each_kind() -> None:
    assert paths_of("Conv 1 1\nstem: conv 1 1\nReLU\nConv2d 1 1") == ["Conv.0", "stem", "ReLU.0", "Conv.2"]


def test_a_residual_adds_what_went_in() -> None:
    node = node_of("ReLU\nresidual { Tanh; Sigmoid }", "residual.0")
    assert node.inputs == ("residual.0/Sigmoid.0", "ReLU.0")
    assert node_of("ReLU\nresidual { }", "residual.0").inputs == ("ReLU.0", "ReLU.0")
    assert node_of("residual { ReLU }", "residual.0").inputs == ("residual.0/ReLU.0", "@input")


def test_a_branch_joins_the_ends_of_its_paths() -> None:
    text = "ReLU\nbranch concat { path { Tanh; Tanh } path { } path { Sigmoid } }\nReLU"
    node = node_of(text, "branch.0")
    assert node.inputs == ("branch.0/0/Tanh.1", "ReLU.0", "branch.0/2/Sigmoid.0")
    assert type(node.spec) is type(specs_of("Concat @input")[0])
    assert node_of(text, "branch.0/2/Sigmoid.0").inputs == ("ReLU.0",)
    assert node_of(text, "ReLU.1").inputs == ("branch.0",)


def test_a_label_means_the_value_behind_its_statement() -> None:
    text = """
        block Two { ReLU; Tanh }
        a: Two
        b: repeat 2 { ReLU }
        c: residual { Tanh }
        d: branch add { path { } path { ReLU } }
        e: repeat 0 { ReLU }
        Add @a @b @c @d @e @input
        """
    assert graph_of(text).nodes[-1].inputs == ("d", "a/Tanh.0", "b/1/ReLU.0", "c", "d", "d", "@input")


def test_from_takes_a_value_in_the_place_of_the_line_above() -> None:
    text = "block Two(x) { ReLU; Add $x }\na: ReLU\nb: Tanh\nSigmoid from=@a\nTwo @b from=@a\nAdd @a from=@input"
    inputs = {node.path: node.inputs for node in graph_of(text).nodes}
    assert inputs["Sigmoid.0"] == ("a",)
    assert inputs["Two.0/ReLU.0"] == ("a",)
    assert inputs["Two.0/Add.0"] == ("Two.0/ReLU.0", "b")
    assert inputs["Add.0"] == ("@input", "a")
    for wrong in ("ReLU from=3", "ReLU from=stem"):
        assert error_of(wrong).code in {"A106", "N014"}


@pytest.mark.parametrize(
    ("text", "code", "underline"),
    [
        ("repeat 2 { Add @a; a: ReLU }", "N013", "@a"),
        ("repeat 2 { a: ReLU }\nAdd @a", "N013", "@a"),
        ("block B { a: ReLU }\nB\nAdd @a", "N013", "@a"),
        ("a: ReLU\nblock B { Add @a }\nB", "N013", "@a"),
        ("a: ReLU\na: Tanh", "N012", "a"),
        ("a: ReLU\nrepeat 2 { a: Tanh }", "N012", "a"),
        ("input: ReLU", "N012", "input"),
        ("ReLU\nReLU.0: Tanh", "N012", "Tanh"),
        ("Add @3", "N014", "@3"),
        ("Conv from=-1 3 3", "P001", "3"),
        ("Concat inputs=2", "N014", "inputs"),
    ],
)
def test_what_a_label_cannot_be_is_told(text: str, code: str, underline: str) -> None:
    found = error_of(text)
    assert (found.code, underlined(text, found)[: len(underline)]) == (code, underline)


def test_labels_of_a_block_are_its_own_in_each_call() -> None:
    text = "block B { a: ReLU; Tanh; Add @a }\na: B\nb: B\nAdd @a"
    assert [node.inputs for node in graph_of(text).nodes if node.path.endswith("Add.0")] == [
        ("a/Tanh.0", "a/a"),
        ("b/Tanh.0", "b/a"),
        ("b/Add.0", "a/Add.0"),
    ]


def auto(text: str, shape: tuple[int, ...] | None = None) -> Graph:
    graph, found = read_graph(Source("m", text), input_shape=shape)
    assert found == ()
    return graph


def test_a_shortcut_is_the_identity_where_shapes_agree_and_else_a_convolution() -> None:
    same = auto(f"{INPUT}residual shortcut=auto {{ Conv 3 3 1 1 }}")
    assert same.nodes == auto(f"{INPUT}residual {{ Conv 3 3 1 1 }}").nodes
    graph = auto(f"{INPUT}r: residual shortcut=auto {{ Conv 4 3 2 1 }}")
    assert [node.path for node in graph.nodes] == ["r/Conv.0", "r/shortcut/Conv.0", "r/shortcut/BatchNorm.0", "r"]
    expected = specs_of("Conv 4 3 2 1; Conv 4 1 2 bias=false; BatchNorm; Add @input")
    assert [node.spec for node in graph.nodes] == expected
    inputs = [node.inputs for node in graph.nodes]
    assert inputs[1:] == [("@input",), ("r/shortcut/Conv.0",), ("r/Conv.0", "r/shortcut/BatchNorm.0")]


@pytest.mark.parametrize(("size", "stride"), [(8, 2), (9, 2), (7, 3), (12, 4), (5, 1)])
def test_a_shortcut_has_the_stride_that_fits(size: int, stride: int) -> None:
    text = f"input 3x{size}x8\nresidual shortcut=auto {{ Conv 4 3x3 {stride}x1 1 }}\nGlobalAvgPool\nFC 2"
    graph, found = check(Source("m", text))
    assert [diagnostic.code for diagnostic in found if diagnostic.severity == "error"] == []
    assert graph.nodes[1].out_shape == graph.nodes[0].out_shape


def test_a_shortcut_depends_on_the_shape_of_the_input() -> None:
    text = "ReLU\nresidual shortcut=auto { Conv 3 3 1 1 }\nFC 4"
    graph = auto(text)
    assert [node.path for node in graph.nodes] == ["ReLU.0", "residual.0/Conv.0"]
    assert graph.needs_shape is not None
    assert graph.needs_shape.line == 2
    assert len(auto(text, (3, 8, 8)).nodes) == 4
    assert len(auto(text, (1, 8, 8)).nodes) == 6
    assert auto(f"{INPUT}{text}", (1, 8, 8)).nodes == auto(text, (1, 8, 8)).nodes
    assert auto(text, (1, 8, 8)).needs_shape is None


@pytest.mark.parametrize("inside", ["Upsample 2", "Flatten", "GlobalAvgPool"])
def test_a_shortcut_that_cannot_be_is_told(inside: str) -> None:
    found = error_of(f"{INPUT}residual shortcut=auto {{ {inside} }}")
    assert (found.code, found.span.line) == ("S204", 2)


def test_a_shortcut_is_one_of_two_words() -> None:
    found = error_of("residual shortcut=f(q, [1]) { ReLU }")
    assert (found.code, found.message) == ("A106", "residual shortcut takes identity or auto, got f(q, [1])")
    assert specs_of("residual shortcut=Identity { ReLU }") == specs_of("residual { ReLU }")


def test_a_shape_that_cannot_be_inferred_is_left_to_inference() -> None:
    _, found = check(Source("m", f"{INPUT}Conv 3 9\nresidual shortcut=auto {{ Conv 3 3 }}\nCnv 3"))
    assert [(error.code, error.span.line) for error in found] == [("S201", 2), ("N010", 4)]


def test_an_error_in_a_nested_block_shows_how_the_file_came_there() -> None:
    text = "block In(s) {\n Conv 3 3 stride=$s\n}\nblock Out(s) {\n In $s\n}\nrepeat 2 as i {\n Out (1 - $i)\n}"
    found = error_of(text)
    assert (found.code, found.span.line, underlined(text, found)) == ("A103", 2, "$s")
    assert found.notes == ("here $s = 0", "in block In, called on line 5", "in block Out, called on line 8 (i = 1)")
    assert error_of("repeat 2 { repeat 2 as k {\n Cnv 3\n} }").notes == ("in `repeat` on line 1 (pass 0, k = 0)",)


def test_an_error_in_a_block_is_told_once_whoever_calls_it() -> None:
    assert codes_of("block B(s) {\n Conv 3 3 $s\n Cnv\n}\nrepeat 3 { B 0 }\nB 0") == [("A103", 2), ("N010", 3)]


def test_a_block_that_nobody_calls_is_checked_all_the_same() -> None:
    text = (
        "block B(a, b) {\n Conv $a $b\n Cnv $a\n Conv $a 3 stride=0\n FC $c\n repeat $a { Add @no }\n C $a $b\n}\nReLU"
    )
    found = codes_of(f"block C(x) {{ FC $x }}\n{text}")
    assert found == [("N010", 4), ("A103", 5), ("N015", 6), ("N013", 7), ("A101", 8)]


def test_calls_in_a_circle_are_told_with_the_way_round() -> None:
    assert error_of("block A { ReLU; A }\nA").message == "block `A` calls itself"
    found = errors_of("block A { B }\nblock B { A }\nB")
    assert found[0].message == "block `B` calls itself: B -> A -> B"
    assert {error.code for error in found} == {"N016"}


def test_what_a_wrong_line_would_define_is_not_missed_as_well() -> None:
    assert codes_of("let w = 4,\nConv $w 3") == [("P001", 1)]
    assert codes_of("block B(ch,, k) {\n Conv $ch $k\n}\nB 4 3") == [("P001", 1)]
    assert codes_of("stem: Conv 4,3\nAdd @stem") == [("P001", 1)]
    assert codes_of("repeat 2,3 as i {\n FC $i\n Cnv 3\n}") == [("P001", 1), ("A103", 2), ("N010", 3)]
    assert codes_of("let w = (1/0)\nConv $w 3") == [("A103", 1)]
    assert codes_of("Conv $w 3\nConcat @x") == [("N015", 1), ("N013", 2)]


def test_the_graph_ends_before_the_first_error_in_the_order_of_the_network() -> None:
    def paths(text: str) -> list[str]:
        return [node.path for node in read_graph(Source("m", text))[0].nodes]

    assert paths("block B { ReLU; Cnv }\nTanh\nB\nTanh") == ["Tanh.0", "B.0/ReLU.0"]
    assert paths("block B {\n ReLU\n Conv 3,3\n}\nTanh\nB\nTanh") == ["Tanh.0", "B.0/ReLU.0"]
    assert paths("ReLU\nrepeat 2 as i { FC (1 - $i) }\nReLU") == ["ReLU.0", "repeat.0/0/FC.0"]
    assert paths("block unused { Cnv }\nReLU") == ["ReLU.0"]
    assert paths("ReLU\ntrain {\n lr = ,\n}\nTanh") == ["ReLU.0", "Tanh.0"]

"""The semantic difference: none where only spelling differs, and exactly the edited line where one is edited."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.compiler import Experiment, check_experiment
from cnndsl.compiler.compare import Change, Comparison, Figure, check_both, compare
from cnndsl.data.shapes import SHAPES
from cnndsl.errors import ModelError
from cnndsl.language.fingerprint import canonical_hash
from cnndsl.language.format import format_source
from cnndsl.language.render import render
from cnndsl.language.source import Source
from cnndsl.report.difference import as_markdown, as_text
from tests.language.drafts import retyped
from tests.strategies import models, thorough

FLAT = """input 3x8x8
stem: Conv 4 3 pad=same
ReLU
Conv 4 3 pad=same
Add @stem
Pool 2
FC 3
"""
NESTED = """input 3x8x8
let w = 4
block Body(n) { Conv $n 3 pad=same }
stem: Body $w
residual { ReLU; body: Body $w }
repeat 1 { max_pool 2 }
Dense 3
"""


def experiment(text: str) -> Experiment:
    found = check_experiment(Source("m.txt", text))
    assert not [finding for finding in found.diagnostics if finding.severity == "error"], found.diagnostics
    return found


def compared(old: str, new: str) -> Comparison:
    return compare(experiment(old), experiment(new))


def changes(comparison: Comparison) -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    """Old path, new path, and the changes of each layer that differs."""
    return [
        (
            change.old.path if change.old else "",
            change.new.path if change.new else "",
            [(each.name, each.old, each.new) for each in change.changes],
        )
        for change in comparison.layers
    ]


@given(models(), st.data())
@thorough(40)
def test_a_file_and_itself_however_typed_or_expanded_are_the_same(text: str, data: st.DataObject) -> None:
    this = experiment(text)
    lines = tuple(format_source(Source("m.txt", text)).text.splitlines())
    others = (data.draw(retyped(lines)), render(this.graph, provenance=True))
    for other in (experiment(other) for other in others):
        assert canonical_hash(other.graph) == canonical_hash(this.graph)
        comparison = compare(this, other)
        assert comparison.same
        assert not comparison.renames
        assert all(figure.old == figure.new for figure in comparison.figures)


@given(models(), st.data())
@thorough(50)
def test_an_edited_line_is_named_and_no_other(text: str, data: st.DataObject) -> None:
    lines = text.splitlines()
    at = data.draw(st.integers(1, len(lines) - 1))
    edit = data.draw(st.sampled_from(("remove", "double", "insert", "change")))
    new = {
        "remove": [],
        "double": [lines[at]] * 2,
        "insert": ["Dropout 0.125", lines[at]],
        "change": ["Dropout 0.125"],
    }[edit]
    edited = "\n".join([*lines[:at], *new, *lines[at + 1 :], ""])
    found = check_experiment(Source("m.txt", edited))
    if any(finding.severity == "error" for finding in found.diagnostics):
        return  # it no longer fits
    comparison = compare(experiment(text), found)
    removed = [change.old.spec for change in comparison.layers if change.old and not change.new]
    added = [change.new.spec for change in comparison.layers if change.new and not change.old]
    this, other = experiment(text).graph.nodes, found.graph.nodes
    if other[at - 1 : at] and this[at - 1].spec == other[at - 1].spec and edit == "change":
        assert comparison.same
    elif edit == "change" and lines[at].startswith("Dropout "):
        (change,) = comparison.layers
        assert (change.old, change.new) == (this[at - 1], other[at - 1])
        assert [each.name for each in change.changes] == ["p"]
    else:
        assert removed == [this[at - 1].spec] * (edit in {"remove", "change"})
        assert added == [node.spec for node in other[at - 1 : at]] * (edit != "remove")
        assert len(comparison.layers) == len(removed) + len(added)
    assert (canonical_hash(experiment(text).graph) == canonical_hash(found.graph)) == comparison.same


def test_a_network_with_other_names_is_the_same_and_its_paths_are_told() -> None:
    comparison = compared(FLAT, NESTED)
    assert comparison.same
    assert Change("1 layer", "stem", "stem/Conv.0") in comparison.renames
    assert canonical_hash(experiment(FLAT).graph) == canonical_hash(experiment(NESTED).graph)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "Conv 4 3 pad=same\nAdd",
            "Conv 4 3x5 pad=same bias=false\nAdd",
            [("kernel", "3", "3x5"), ("bias", "true", "false")],
        ),
        ("Pool 2", "Pool 2 pad=1", [("pad", "0", "1")]),
        ("FC 3", "FC 5", [("out", "3", "5")]),
    ],
)
def test_of_a_changed_layer_its_arguments_are_told(old: str, new: str, expected: list[tuple[str, str, str]]) -> None:
    (found,) = changes(compared(FLAT, FLAT.replace(old, new)))
    assert found[2] == expected


def test_a_layer_that_takes_another_value_is_told() -> None:
    other = FLAT.replace("ReLU\n", "tap: ReLU\n").replace("@stem", "@tap")
    assert changes(compared(FLAT, other)) == [("Add.0", "Add.0", [("inputs", "Conv.1 stem", "Conv.1 tap")])]
    assert not compared(FLAT, other).same


def test_a_layer_below_an_inserted_one_does_not_change_by_that() -> None:
    other = FLAT.replace("Conv 4 3 pad=same\nAdd", "Conv 4 3 pad=same\nReLU\nAdd")
    assert changes(compared(FLAT, other)) == [("", "ReLU.1", [])]


def test_shapes_and_figures_are_those_of_both_networks() -> None:
    comparison = compared(FLAT, FLAT.replace("3x8x8", "3x10x8"))
    assert comparison.shapes == (
        Change("input", "3x8x8", "3x10x8"),
        Change("stem", "4x8x8", "4x10x8"),
        Change("Pool.0", "4x4x4", "4x5x4"),
    )
    assert comparison.figures[:2] == (Figure("layers", 6, 6), Figure("parameters", 455, 503))
    assert not comparison.same
    assert comparison.layers == ()


def test_settings_are_compared_by_what_is_in_force() -> None:
    assert compared(FLAT, f"{FLAT}train {{ batch = 32; Epochs = 10; seed = 0 }}\n").same
    old = "train { batch = 64; seed = 1 }\naugment { Shift 1; FlipX }\nrequire { params < 900 }\nlet w = 1\n"
    new = "train { optimizer = sgd; seed = 1 }\naugment { FlipX; Shift 2 }\nrequire { params < 900 }\nlet w = 2\n"
    comparison = compared(f"{FLAT}{old}", f"{FLAT}{new}")
    assert comparison.variables == (Change("let w", "1", "2"),)
    assert [(change.name, bool(change.old), bool(change.new)) for change in comparison.settings] == [
        ("train.optimizer", True, True),
        ("train.batch", True, True),
        ("augment", True, False),
        ("augment", False, True),
    ]
    assert compared(FLAT, f"{FLAT}let w = 1\n").same


PLAIN = FLAT.partition("\n")[2]


def images(old: str, new: str, shape: tuple[int, ...] | None = None) -> tuple[tuple[int, ...], tuple[int, ...], str]:
    before, after, told = check_both(Source("a.txt", old), Source("b.txt", new), shape, SHAPES)
    return before.graph.input_shape, after.graph.input_shape, told


def test_both_files_are_compared_on_the_same_images_where_they_leave_them_open() -> None:
    assert images(PLAIN, PLAIN) == ((1, 28, 28), (1, 28, 28), "mnist 1x28x28")
    assert images(PLAIN, FLAT) == ((3, 8, 8), (3, 8, 8), "")
    assert images(FLAT, PLAIN) == ((3, 8, 8), (3, 8, 8), "")
    assert images(FLAT, FLAT.replace("3x8x8", "1x6x6")) == ((3, 8, 8), (1, 6, 6), "")
    assert images(PLAIN, PLAIN, (2, 9, 9)) == ((2, 9, 9), (2, 9, 9), "2x9x9")
    assert images(PLAIN, "Conv 2 30\nFC 3\n")[2] == "cifar10 3x32x32"
    ten = PLAIN.replace("FC 3", "FC 10")
    assert images(ten, f"{ten}data {{ name = cifar10 }}\n")[:2] == ((3, 32, 32), (3, 32, 32))


def test_a_file_that_is_wrong_is_not_compared() -> None:
    with pytest.raises(ModelError) as caught:
        images(PLAIN, "Conv 2 99\n")
    assert {finding.span.file for finding in caught.value.diagnostics} == {"b.txt"}


def test_lines_that_many_layers_come_from_are_told_once() -> None:
    block = "input 1x8x8\nblock B(n) {\n  Conv $n 3 pad=same\n}\nrepeat 3 { B 2 }\nB 3\nFC 2\n"
    text = as_text(compared(block, block.replace("$n 3", "$n 5")), "m.txt", "new.txt")
    assert text.count("kernel 3 -> 5") == 2
    assert "repeat.0/0/B.0/Conv.0 and 2 more  line 3  Conv 2 5 1 same: kernel 3 -> 5" in text


def test_markdown_shows_names_as_they_are() -> None:
    text = as_markdown(compared(FLAT, FLAT.replace("stem", "a_b")), "a_b.txt", "*|`.txt")
    assert text == (
        "**a\\_b.txt -> \\*\\|\\`.txt**: same network: only spelling differs\n\n"
        "|  | before -> after |\n| --- | --- |\n| 1 layer | stem -> a\\_b |"
    )

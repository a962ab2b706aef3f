"""What a checked network adds to its file: shapes that are those of the layers, and the Flatten that an FC implies."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.compiler import check, markup
from cnndsl.compiler.markup import with_flattens, with_shape_comments
from cnndsl.data.shapes import SHAPES
from cnndsl.errors import ModelError
from cnndsl.language.format import ChangedMeaningError, format_source
from cnndsl.language.source import Source, read_source
from cnndsl.layers._fields import spell
from tests.strategies import models, thorough


def source_of(text: str) -> Source:
    return format_source(Source("m.txt", text))


def annotated(text: str) -> str:
    return with_shape_comments(source_of(text), SHAPES).text


def fixed(text: str) -> str:
    return with_flattens(source_of(text), SHAPES).text


@given(models())
@thorough(40)
def test_each_line_of_a_model_has_its_shape_behind_it(text: str) -> None:
    remarks = re.findall(r"# -> (\S+)$", annotated(text), re.MULTILINE)
    graph, _ = check(Source("m.txt", text))
    assert remarks == [spell(node.out_shape) for node in graph.nodes]


@given(models(), st.sampled_from(("", "# mine", "#", "# -> up", "# -> 9x9x9", "# -> 9 | 8  # mine")))
@thorough(40)
def test_shapes_are_written_once_and_removed_without_a_trace(text: str, comment: str) -> None:
    plain = source_of(text.replace("\n", f" {comment}\n"))
    once = with_shape_comments(plain, SHAPES)
    assert with_shape_comments(once, SHAPES) == once
    assert format_source(once) == once
    own = re.sub(r"# -> 9[x0-9 |]*( +(?=#)|$)", "", comment)
    without = re.sub(r"# -> [0-9][x0-9 |]*(  (?=#)|$)", "", once.text, flags=re.MULTILINE)
    assert format_source(Source("m.txt", without)) == source_of(text.replace("\n", f" {own}\n"))


def test_a_block_has_the_shapes_of_all_its_calls_and_a_body_that_of_its_end() -> None:
    text = """input 3x32x32
block Half(ch) {
  residual shortcut=auto { Conv $ch 3 2 1; ReLU }
  Pool 1
}
block Unused { ReLU  # -> 5
}
a: Half 4
repeat 2 as i { Half (4 + $i) }  # -> 3x3  # two
branch concat {
  path { ReLU }
  path {
    Conv 2 1
  }
}
"""
    assert (
        annotated(text)
        == """input 3x32x32
block Half(ch) {
  residual shortcut=auto { Conv $ch 3 2 1; ReLU }  # -> 4x16x16 | 4x8x8 | 5x4x4
  Pool 1                                           # -> 4x16x16 | 4x8x8 | 5x4x4
}
block Unused {
  ReLU
}
a: Half 4                        # -> 4x16x16
repeat 2 as i { Half (4 + $i) }  # -> 5x4x4  # two
branch concat {
  path { ReLU }
  path {
    Conv 2 1                     # -> 2x4x4
  }
}                                # -> 7x4x4
"""
    )


def test_a_file_without_an_input_has_the_shapes_for_each_data_set_that_it_is_right_for() -> None:
    assert annotated("ReLU\nGlobalAvgPool\nFC 10\n") == (
        "ReLU           # -> 1x28x28 | 3x32x32\nGlobalAvgPool  # -> 1 | 3\nFC 10          # -> 10\n"
    )
    assert annotated("Conv 2 30\n") == "Conv 2 30  # -> 2x3x3\n"


def test_of_many_shapes_the_first_are_written() -> None:
    text = "\n".join(["input 1x32x32", "block B(n) {", "  Conv $n 1", "}", *(f"B {n}" for n in range(1, 9))])
    once = annotated(text)
    assert "  Conv $n 1  # -> 1x32x32 | 2x32x32 | 3x32x32 | 4x32x32 | ...\n" in once
    assert annotated(once) == once


def test_what_is_wrong_cannot_be_annotated() -> None:
    with pytest.raises(ModelError) as caught:
        annotated("input 1x4x4\nConv 3 5\n")
    assert [found.code for found in caught.value.diagnostics] == ["S201"]


def test_a_flatten_is_written_where_one_is_implied() -> None:
    text = "input 1x8x8\nblock Head(n) { Dropout; FC $n }\n# the end\nlogits: Head 3  # three\nFC 2\n"
    assert fixed(text) == (
        "input 1x8x8\nblock Head(n) { Dropout; Flatten; FC $n }\n# the end\nlogits: Head 3  # three\nFC 2\n"
    )
    assert fixed("input 1x8x8\nReLU\nlogits: FC 3 # c\n") == "input 1x8x8\nReLU\nFlatten\nlogits: FC 3  # c\n"


@given(models())
@thorough(40)
def test_with_its_flattens_a_model_is_the_same_without_the_note(text: str) -> None:
    before, found = check(Source("m.txt", text))
    once = with_flattens(source_of(text), SHAPES)
    after, found_after = check(once)
    assert [note.code for note in found_after] == [note.code for note in found if note.code != "S208"]
    assert len(after.nodes) == len(before.nodes) + sum(note.code == "S208" for note in found)
    assert with_flattens(once, SHAPES) == once


def test_a_flatten_in_the_wrong_place_is_never_written(monkeypatch: pytest.MonkeyPatch) -> None:
    insert = markup.insert_layer
    monkeypatch.setattr(markup, "insert_layer", lambda source, _name, places: insert(source, "Softmax", places))
    with pytest.raises(ChangedMeaningError):
        fixed("input 1x8x8\nFC 3\n")


def test_lines_of_an_included_file_are_not_those_of_this_file(tmp_path: Path) -> None:
    (tmp_path / "part.txt").write_text("block Head(n) {\n  ReLU\nFC $n\n}\n", encoding="utf-8")
    path = tmp_path / "m.txt"
    text = 'include "part.txt"\ninput 1x8x8\nHead 3\nSoftmax\n'  # both files have something at 3:1
    path.write_text(text, encoding="utf-8")
    source = read_source(path)
    assert with_flattens(source, SHAPES) == source
    assert with_shape_comments(source, SHAPES).text == text.replace(
        "Head 3\nSoftmax", "Head 3   # -> 3\nSoftmax  # -> 3"
    )
    (tmp_path / "part.txt").write_text("block Head(n) { FC $n }\nblock Other {\nReLU\n}\n", encoding="utf-8")
    path.write_text('include "part.txt"\ninput 1x8x8\nlet w = 3\nOther\nHead $w\n', encoding="utf-8")
    assert "let w = 3\n" in with_shape_comments(read_source(path), SHAPES).text

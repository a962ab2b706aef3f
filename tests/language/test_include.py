"""``include``: what other files define, and which files those may be."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnndsl.compiler import check
from cnndsl.errors import Diagnostic
from cnndsl.language import Graph, Source, read_graph
from cnndsl.language.include import MOST_FILES
from cnndsl.language.render import render
from cnndsl.language.source import read_source
from tests.language.samples import error_of, specs_of

BLOCKS = "let unit = 2\nblock Thin(ch) { Conv ($ch * $unit) 1 }\n"


def written(folder: Path, **files: str) -> Path:
    """The path of ``main.txt`` among files, whose names have ``__`` for the folder."""
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "main.txt"


def read(folder: Path, **files: str) -> tuple[Graph, tuple[Diagnostic, ...]]:
    return read_graph(read_source(written(folder, **files)))


def told(folder: Path, **files: str) -> list[tuple[str, str, int]]:
    _, found = read(folder, **files)
    return [(error.code, Path(error.span.file).name, error.span.line) for error in found]


def test_a_file_has_the_names_of_those_that_it_includes(tmp_path: Path) -> None:
    main = 'include "sub/a.txt"\nblock Wide(ch) { Thin $ch; Thin ($unit*$ch) }\nWide 3\nThin 1\n'
    graph, found = read(tmp_path, main=main, sub__a=BLOCKS)
    assert found == ()
    assert [node.spec for node in graph.nodes] == specs_of("Conv 6 1; Conv 12 1; Conv 2 1")
    assert [node.path for node in graph.nodes][-1] == "Thin.0/Conv.0"
    assert [Path(source.name).name for source in graph.included] == ["a.txt"]
    assert [(value.name, Path(value.span.file).name) for value in graph.lets] == [("unit", "a.txt")]


def test_an_included_file_sees_its_own_names_only(tmp_path: Path) -> None:
    assert told(tmp_path, main='let w = 1\ninclude "a.txt"\nFC 1', a="block B { FC $w }") == [("N015", "a.txt", 1)]
    main = 'include "a.txt"\nlet unit = 9\nThin 3'
    assert told(tmp_path, main=main, a=BLOCKS) == [("C402", "main.txt", 2)]


def test_a_value_from_outside_reaches_included_files(tmp_path: Path) -> None:
    path = written(tmp_path, main='include "a.txt"\nThin 3', a=BLOCKS)
    graph, _ = read_graph(read_source(path), {"unit": 5})
    assert [node.spec for node in graph.nodes] == specs_of("Conv 15 1")


def test_two_files_may_include_the_same_third(tmp_path: Path) -> None:
    main = 'include "sub/a.txt"\ninclude "sub/b.txt"\nA; B'
    inner = 'include "c.txt"\nblock {} {{ Thin 3 }}'
    files = {"main": main, "sub__a": inner.format("A"), "sub__b": inner.format("B"), "sub__c": BLOCKS}
    graph, found = read(tmp_path, **files)
    assert found == ()
    assert [node.path for node in graph.nodes] == ["A.0/Thin.0/Conv.0", "B.0/Thin.0/Conv.0"]
    assert len(graph.included) == 3
    assert told(tmp_path, main='include "sub/c.txt"\ninclude "sub/c.txt"\nThin 1') == [("C402", "main.txt", 2)]


def test_files_that_include_each_other_are_told(tmp_path: Path) -> None:
    assert told(tmp_path, main='include "main.txt"\nFC 1') == [("N016", "main.txt", 1)]
    found = read(tmp_path, main='include "a.txt"\nFC 1', a='include "b.txt"', b='include "a.txt"')[1]
    assert [error.message for error in found] == ["a.txt includes itself: a.txt -> b.txt -> a.txt"]


@pytest.mark.parametrize("path", ["../outside.txt", "/etc/passwd", "", ".", "sub/../../outside.txt", "link.txt"])
def test_what_is_not_below_the_folder_is_refused(path: str, tmp_path: Path) -> None:
    (tmp_path / "outside.txt").write_text(BLOCKS, encoding="utf-8")
    folder = tmp_path / "inside"
    folder.mkdir()
    (folder / "link.txt").symlink_to(tmp_path / "outside.txt")
    _, (found,) = read(folder, main=f'include "{path}"\nFC 1')
    assert (found.code, found.span.line) == ("D503", 1)
    assert "is not below the folder" in found.message


def test_what_cannot_be_read_is_told_at_its_line(tmp_path: Path) -> None:
    assert told(tmp_path, main='include "none.txt"\nFC 1') == [("D503", "main.txt", 1)]
    (tmp_path / "folder").mkdir()
    assert told(tmp_path, main='include "folder"\nFC 1') == [("D503", "main.txt", 1)]
    (tmp_path / "binary.txt").write_bytes(b"\x80\x00\x01")
    assert told(tmp_path, main='include "binary.txt"\nFC 1') == [("P005", "binary.txt", 1)]


def test_a_text_without_a_folder_includes_nothing() -> None:
    assert error_of('include "a.txt"\nFC 1').code == "D503"


def test_an_included_file_defines_and_does_nothing_else(tmp_path: Path) -> None:
    files = {"main": 'include "a.txt"\nThin 1', "a": f"{BLOCKS}ReLU\ntrain {{ }}\ninput 3x4x4\nrepeat 2 {{ ReLU }}\n"}
    assert told(tmp_path, **files) == [("P001", "a.txt", line) for line in (3, 4, 5, 6)]


def test_errors_in_included_files_are_told_there_behind_those_of_the_file(tmp_path: Path) -> None:
    inner = "block B(s) {\n  Conv 3 3 stride=$s\n}\nblock C(x,, y) { Cnv }\nlet q = 1 2\n"
    found = read(tmp_path, main='include "a.txt"\nB 0\nC 3 4\nFC $q\nCnv\n', a=inner)[1]
    assert [(error.code, Path(error.span.file).name, error.span.line) for error in found] == [
        ("N010", "main.txt", 5),
        ("A103", "a.txt", 2),
        ("P001", "a.txt", 4),
        ("P001", "a.txt", 5),
    ]
    (chain,) = (error.notes for error in found if error.code == "A103")
    assert chain == ("here $s = 0", f"in block B, called at {tmp_path / 'main.txt'}:2")
    assert "Conv 3 3 stride=$s" in str(found[1])


def test_a_shape_error_in_an_included_block_shows_its_line(tmp_path: Path) -> None:
    path = written(tmp_path, main='input 1x4x4\ninclude "a.txt"\nB\nFC 2', a="block B {\n  Conv 3 5\n}\n")
    _, found = check(read_source(path))
    assert [(error.code, Path(error.span.file).name, error.span.line) for error in found] == [("S201", "a.txt", 2)]
    assert "2 |   Conv 3 5" in str(found[0])
    assert any("in block B, called at" in note for note in found[0].notes)


def test_the_number_and_the_size_of_files_are_limited(tmp_path: Path) -> None:
    for number in range(MOST_FILES + 2):
        (tmp_path / f"f{number}.txt").write_text(f"let v{number} = 1\n", encoding="utf-8")
    main = "".join(f'include "f{number}.txt"\n' for number in range(MOST_FILES + 2))
    assert {code for code, _, _ in told(tmp_path, main=f"{main}FC 1")} == {"P005"}
    for name in ("big1", "big2"):
        (tmp_path / f"{name}.txt").write_text(("# " + "x" * 4000 + "\n") * 150, encoding="utf-8")
    assert told(tmp_path, main='include "big1.txt"\ninclude "big2.txt"\nFC 1') == [("P005", "main.txt", 2)]


def test_the_lines_of_a_network_written_out_name_included_files(tmp_path: Path) -> None:
    graph, _ = read(tmp_path, main='include "a.txt"\nThin 3\nFC 2', a=BLOCKS)
    first, second = render(graph, provenance=True).splitlines()[2:]
    assert first.endswith(f"# Thin.0/Conv.0, {tmp_path / 'a.txt'}:2, Thin at {tmp_path / 'main.txt'}:2")
    assert second.endswith("# FC.0, line 3")


def test_a_source_without_a_folder_is_equal_to_one_with(tmp_path: Path) -> None:
    path = written(tmp_path, main="FC 1")
    assert read_source(path) == Source(str(path), "FC 1")

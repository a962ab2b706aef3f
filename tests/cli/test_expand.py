"""``cnndsl expand``: the same network written out, whatever it is written with."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.compiler import read_experiment
from cnndsl.language.fingerprint import canonical_hash
from cnndsl.language.format import format_source
from cnndsl.language.graph import Graph
from cnndsl.language.source import Source, read_source
from tests.cli.command import ROOT
from tests.cli.inside import inside
from tests.strategies import models, thorough

STARTERS = sorted((ROOT / "cnndsl" / "starters").glob("*.txt"))
BODIES = (
    ("block B(n=1) {{\n{body}}}\nB 2\n", "block B {{\n{body}}}\nx: b\n"),
    ("repeat 1 as i {{\n{body}}}\n", "r: repeat (2 - 1) {{ {inline} }}\n"),
    ("let k = 1\nblock Inner {{\n{body}}}\nblock Outer {{ repeat $k {{ Inner }} }}\nOuter\n",),
)


def graph_of(text: str) -> Graph:
    experiment = read_experiment(Source("m.txt", text))
    assert not [found for found in experiment.diagnostics if found.severity == "error"]
    return experiment.graph


@st.composite
def wrapped_models(draw: st.DrawFn) -> tuple[str, str]:
    """A flat model, and the same with some of its lines in bodies."""
    flat = draw(models())
    lines = flat.splitlines()
    begin = draw(st.integers(1, len(lines) - 1))
    end = draw(st.integers(begin + 1, len(lines)))
    body = lines[begin:end]
    form = draw(st.sampled_from([form for forms in BODIES for form in forms]))
    within = form.format(body="".join(f"{line}\n" for line in body), inline="; ".join(body))
    text = "\n".join([*lines[:begin], within, *lines[end:], ""])
    return flat, f"{text}train {{ batch = 8; seed = 1 }}\n"


@given(wrapped_models())
@thorough(30)
def test_what_is_written_out_is_the_same_network_with_the_same_names(drawn: tuple[str, str]) -> None:
    flat, text = drawn
    plain = graph_of(f"{flat}train {{ batch = 8; seed = 1 }}\n")
    graph = graph_of(format_source(Source("m.txt", text)).text)
    assert canonical_hash(graph) == canonical_hash(plain)
    with TemporaryDirectory() as folder:
        (Path(folder) / "m.txt").write_text(text, encoding="utf-8")
        done = inside("expand", "m.txt", cwd=Path(folder))
    again = graph_of(done.out)
    assert canonical_hash(again) == canonical_hash(graph)
    assert [node.path for node in again.nodes] == [node.path for node in graph.nodes]
    assert done.out == format_source(Source("m.txt", done.out)).text
    assert not re.search(r"^(?!train)[^#\n]*[{$]", done.out, re.MULTILINE)


@pytest.mark.parametrize("path", STARTERS, ids=lambda path: path.stem)
def test_the_starters_written_out_are_themselves(path: Path) -> None:
    again = graph_of(inside("expand", path).out)
    assert canonical_hash(again) == canonical_hash(read_experiment(read_source(path)).graph)


def test_each_layer_says_where_it_is_from(tmp_path: Path) -> None:
    (tmp_path / "part.txt").write_text("block Part(n) {\n  Conv $n 1\n}\n", encoding="utf-8")
    text = 'include "part.txt"\nlet n = 2\nrepeat 2 as i { Part ($n + $i) }\ntap: ReLU\nAdd @tap\n'
    (tmp_path / "m.txt").write_text(text, encoding="utf-8")
    done = inside("expand", "m.txt", "--set", "n=5", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "version 1\n\n"
        "repeat.0/0/Part.0/Conv.0: Conv 5 1  # repeat.0/0/Part.0/Conv.0, part.txt:2, Part at m.txt:3 (i = 0)\n"
        "repeat.0/1/Part.0/Conv.0: Conv 6 1  # repeat.0/1/Part.0/Conv.0, part.txt:2, Part at m.txt:3 (i = 1)\n"
        "tap: ReLU                           # tap, line 4\n"
        "Add @tap                            # Add.0, line 5\n"
    )


def test_what_depends_on_the_images_needs_their_shape(tmp_path: Path) -> None:
    path = tmp_path / "m.txt"
    path.write_text("residual shortcut=auto { Conv 4 3 2 1 }\n", encoding="utf-8")
    done = inside("expand", path)
    assert (done.code, done.out) == (1, "")
    assert f"{path}:1:1: error S200: what `shortcut=auto` stands for depends on the images" in done.err
    done = inside("expand", path, "--input", "3x8x8")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("version 1\ninput 3x8x8\n\nresidual.0/Conv.0: Conv 4 3 2 1 ")


def test_a_sweep_over_a_variable_is_left_out_and_that_is_said(tmp_path: Path) -> None:
    path = tmp_path / "m.txt"
    text = "let w = 4\nConv $w 3\nFC 10\nsweep { w = [4, 8]; train.batch = [8, 16] }\n"
    path.write_text(text, encoding="utf-8")
    done = inside("expand", path)
    assert done.code == 0
    assert done.err == f"{path}: the sweep over `w` is left out: it is no variable any more\n"
    assert done.out.endswith("\nsweep {\n  train.batch = [8, 16]\n}\n")
    path.write_text(text.replace("; train.batch = [8, 16]", ""), encoding="utf-8")
    assert "sweep" not in inside("expand", path).out


def test_only_variables_have_other_values(tmp_path: Path) -> None:
    path = tmp_path / "m.txt"
    path.write_text("FC 10\n", encoding="utf-8")
    done = inside("expand", path, "--set", "train.batch=5")
    assert (done.code, done.out) == (2, "")
    assert "--set train.batch: only variables" in done.err


def test_a_file_with_errors_is_not_written_out(tmp_path: Path) -> None:
    path = tmp_path / "m.txt"
    path.write_text("Cnv 3\nFC 10\n", encoding="utf-8")
    done = inside("expand", path)
    assert (done.code, done.out) == (1, "")
    assert f"{path}:1:1: error N010: " in done.err

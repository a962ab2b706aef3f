"""The SVG document: well-formed, self-contained, complete, and no text outside of where it belongs."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.report.architecture import Architecture, describe
from cnndsl.report.drawing import draw, draw_architecture
from cnndsl.report.drawing_style import ROOT
from cnndsl.report.drawing_text import text_width
from tests.compiler.networks import graph_of
from tests.report.networks import NETWORKS, branches, hostile, network, plain, printed, residual, spec
from tests.strategies import models, thorough

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = (
    "<script>alert(1)</script>",
    'a" onload="b',
    "&amp;&",
    "]]>--><!--",
    "\x00\x08\udcff\u202e",
    "']}\n{",
    "字" * 80,
)


def parsed(drawing: str) -> ET.Element:
    return ET.fromstring(drawing)  # noqa: S314 - of this project's own making


def texts_of(root: ET.Element) -> list[str]:
    return ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]


def size_of(text: ET.Element) -> float:
    classes = set((text.get("class") or "").split())
    return 17.0 if "title" in classes else 13.0 if "name" in classes else 12.0 if "line" in classes else 11.0


def width_of(text: ET.Element) -> float:
    """The estimated width of an element of text, bold pieces in bold."""
    size, bold = size_of(text), bool({"title", "block"} & set((text.get("class") or "").split()))
    width = text_width(text.text or "", size, bold=bold)
    for piece in text:
        width += text_width(piece.text or "", size, bold=piece.get("class") == "bold") + text_width(
            piece.tail or "", size
        )
    return width


def left_and_right(text: ET.Element) -> tuple[float, float]:
    x, width = float(text.get("x") or 0), width_of(text)
    start = {"end": x - width, "middle": x - width / 2}.get(text.get("text-anchor") or "", x)
    return start, start + width


def assert_texts_fit(root: ET.Element) -> None:
    """On a box between its edges, in a frame likewise, two on one line apart."""
    for group in root.iter(f"{SVG}g"):
        border = group.find(f"{SVG}rect[@class='card']")
        border = group.find(f"{SVG}rect[@class='frame']") if border is None else border
        if border is None:
            continue
        left = float(border.get("x") or 0)
        right = left + float(border.get("width") or 0)
        spans = [(float(text.get("y") or 0), *left_and_right(text)) for text in group.findall(f"{SVG}text")]
        assert all(left + 6 <= start and end <= right - 6 for _, start, end in spans), group.findtext(f"{SVG}title")
        for (y, _, end), (other_y, start, _) in pairwise(spans):
            assert abs(y - other_y) > 11 or end < start


def assert_harmless(root: ET.Element) -> None:
    allowed = {"svg", "title", "desc", "style", "g", "rect", "path", "circle", "text", "tspan"}
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= allowed
    for element in root.iter():
        assert not [name for name in element.attrib if name.startswith("on") or "href" in name or name == "id"]
    style = root.findtext(f"{SVG}style") or ""
    assert not re.search(r"url\(|@import|//", style)


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("theme", ["auto", "light", "dark"])
def test_a_drawing_is_one_harmless_document_with_its_texts_in_place(name: str, theme: str) -> None:
    root = parsed(draw(NETWORKS[name](), theme=theme))  # type: ignore[arg-type]
    assert_harmless(root)
    assert_texts_fit(root)


@thorough(25)
@given(text=models())
def test_any_network_is_drawn(text: str) -> None:
    graph = graph_of(text)
    root = parsed(draw(graph))
    assert_harmless(root)
    assert_texts_fit(root)
    assert len(root.findall(f".//{SVG}rect[@class='card']")) == len(graph.nodes) + 2


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_shown_and_not_obeyed(name: str) -> None:
    root = parsed(draw_architecture(hostile(name), title=name))
    assert_harmless(root)
    assert_texts_fit(root)


@thorough(40)
@given(name=st.text(max_size=200))
def test_any_name_is_shown(name: str) -> None:
    root = parsed(draw_architecture(hostile(name.replace("/", "")), title=name))
    assert_harmless(root)
    assert_texts_fit(root)


def test_it_says_in_words_what_it_is() -> None:
    root = parsed(draw(plain(), title="A small network"))
    assert (root.get("role"), root.get("class")) == ("img", ROOT)
    assert root.findtext(f"{SVG}title") == "A small network"
    described = root.findtext(f"{SVG}desc") or ""
    start = printed("A network of 6 layers, from 1x28x28: Conv 6 5 1 2 6x28x28 -> ReLU -> Pool 2 6x14x14 -> ")
    assert described.startswith(start)
    assert described.endswith(" of activations, receptive field 6.")


def test_without_a_title_it_has_the_name_of_its_file() -> None:
    shown = evolve(describe(plain()), file="some/folder/model.txt")
    assert parsed(draw_architecture(shown)).findtext(f"{SVG}title") == "model.txt"


def test_layers_shapes_totals_and_families_are_written() -> None:
    texts = texts_of(parsed(draw(residual())))
    for text in ("stem: Conv 8 3 1 1 bias=false", "216 parameters · 221 k MACs", "BatchNorm", "output 10"):
        assert text in texts
    for shape in ("input 3x32x32", "8x32x32", "16x16x16", "16", "10"):
        assert printed(shape) in texts
    assert {"convolution", "pooling", "normalisation", "activation", "dense", "merge"} <= set(texts)
    assert "other" not in texts
    assert any(text.startswith("4,594 parameters · 1.73 M MACs") for text in texts)
    assert {"stage1/0", "Basic.0", "stage2", "shortcut"} <= set(texts)


def test_pointing_at_a_box_tells_all_about_its_layer() -> None:
    hints = [title.text for title in parsed(draw(residual())).iter(f"{SVG}title")]
    assert (
        printed("stage2/Conv.0\nConv 16 3 2 1 bias=false: 8x32x32 → 16x16x16\n")
        + "1,152 parameters, 294,912 MACs, 16.0 KiB, receptive field 7\nline 6"
    ) in hints


def signs(drawing: str) -> dict[str, list[tuple[float, float]]]:
    """Of each layer that has one, width and height of its sign's face."""
    groups = [group for group in parsed(drawing).iter(f"{SVG}g") if group.find(f"{SVG}rect[@class='card']") is not None]
    return {
        (group.findtext(f"{SVG}title") or "").split("\n")[0]: [
            (float(face.get("width") or 0), float(face.get("height") or 0))
            for face in group.findall(f"{SVG}rect[@class='solid']")
        ]
        for group in groups
    }


def test_one_sees_maps_shrink() -> None:
    faces = signs(draw(network((1, 64, 32), *[(f"Pool.{n}", spec("Pool", 2)) for n in range(4)])))
    sizes = [faces[f"Pool.{n}"][0] for n in range(4)]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == 4
    assert all(height > width for width, height in sizes)


def test_what_adds_has_a_plus_and_what_joins_a_value() -> None:
    assert signs(draw(residual()))["stage2/Add.0"] == []
    assert len(signs(draw(branches()))["mix/Concat.0"]) == 1


def test_the_dark_theme_is_asked_for_by_the_system_and_never_on_paper() -> None:
    auto, light, dark = (draw(plain(), theme=theme) for theme in ("auto", "light", "dark"))
    assert "@media screen and (prefers-color-scheme:dark)" in auto
    assert "@media" not in light + dark
    assert "#ffffff" in light
    assert "#ffffff" not in dark


def test_of_a_long_line_as_much_is_shown_as_there_is_room_for() -> None:
    layer = spec("BatchNorm", momentum=0.987654321, eps=1.23456789e-07)
    root = parsed(draw(network((3, 8, 8), ("a_label_that_is_rather_long", layer))))
    assert_texts_fit(root)
    assert any("BatchNorm" in text and "…" in text for text in texts_of(root))


def test_a_network_without_layers_is_drawn() -> None:
    root = parsed(draw(network((3, 8, 8))))
    assert {printed("input 3x8x8"), printed("output 3x8x8")} <= set(texts_of(root))


def test_a_drawing_depends_on_nothing_but_its_network() -> None:
    shown: Architecture = describe(residual())
    assert draw_architecture(shown) == draw_architecture(shown) == draw(residual())

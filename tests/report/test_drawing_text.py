"""Widths that are never too small, and what is cut to fit them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.report.drawing_text import fit, shorten, shorten_path, text_width, wrapped
from tests.report.networks import printed
from tests.strategies import thorough

WRITTEN = "".join(map(chr, range(32, 127))) + "\N{MULTIPLICATION SIGN}·→…"
LINES = ("Conv 16 3 1 same bias=false", "1,234,567 parameters · 25.0 M MACs", "stage2/0/ConvBN.1", printed("32x14x14"))


@pytest.mark.parametrize("bold", [False, True])
def test_no_character_is_wider_than_is_thought_in_a_wide_font(bold: bool) -> None:  # noqa: FBT001 - a case
    from matplotlib.font_manager import FontProperties, findfont
    from matplotlib.ft2font import FT2Font

    # DejaVu Sans has the proportions of Verdana, the widest of the fonts that a drawing may be shown in.
    font = FT2Font(findfont(FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal")))
    font.set_size(100, 72)
    for text in (WRITTEN, *LINES):
        font.set_text(text)
        assert font.get_width_height()[0] / 64 <= text_width(text, 100, bold=bold)


@given(text=st.text(max_size=60), room=st.floats(0, 300), bold=st.booleans())
def test_what_is_fitted_fits_and_is_whole_if_it_can_be(text: str, room: float, bold: bool) -> None:  # noqa: FBT001
    fitted = fit(text, room, 12, bold=bold)
    assert text_width(fitted, 12, bold=bold) <= room
    if text_width(text, 12, bold=bold) <= room:
        assert fitted == text


@given(text=st.text("abc", max_size=40), length=st.integers(0, 50), mark=st.sampled_from(("…", "...")))
def test_what_is_shortened_has_its_ends(text: str, length: int, mark: str) -> None:
    short = shorten(text, length, mark)
    assert len(short) == min(len(text), length)
    if len(mark) <= length < len(text):
        head, found, tail = short.partition(mark)
        assert found
        assert text.startswith(head)
        assert text.endswith(tail)


@thorough(100)
@given(parts=st.lists(st.text("abc.0", min_size=1, max_size=6), min_size=1, max_size=6), length=st.integers(1, 40))
def test_a_path_that_is_shortened_keeps_whole_parts_if_it_can(parts: list[str], length: int) -> None:
    path = "/".join(parts)
    short = shorten_path(path, length, "...")
    assert len(short) <= max(length, 0)
    if len(path) <= length:
        assert short == path


def test_a_path_keeps_its_first_and_its_last_parts() -> None:
    path = "stage1/0/Basic.0/residual.0/ConvBN.1/BatchNorm.0"
    assert shorten_path(path, 30) == "stage1/…/ConvBN.1/BatchNorm.0"
    assert shorten_path(path, 28) == "stage1/…/BatchNorm.0"
    assert shorten_path(path, 16) == "…/BatchNorm.0"
    assert shorten_path(path, 10) == "stag…orm.0"


@given(widths=st.lists(st.floats(1, 100), max_size=12), room=st.floats(1, 200), between=st.floats(0, 10))
def test_things_are_wrapped_in_their_order_within_the_room(widths: list[float], room: float, between: float) -> None:
    lines = wrapped(widths, room, between)
    assert [number for line in lines for number in line] == list(range(len(widths)))
    for line in lines:
        used = sum(widths[number] for number in line) + between * (len(line) - 1)
        assert len(line) == 1 or used <= room * (1 + 1e-9)
    for line, following in pairwise(lines):
        used = sum(widths[number] for number in line) + between * len(line)
        assert used + widths[following[0]] > room * (1 - 1e-9), "a line ends where it is full"

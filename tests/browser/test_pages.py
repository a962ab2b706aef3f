"""What a page does in a real browser: nothing is broken, nothing overflows, no request leaves it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.play.pages import COLOUR, GREY, player, served

api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: the extra `browser`")
NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium"),
    # Playwright leaves its event loop to the end of the process.
    pytest.mark.filterwarnings("default::ResourceWarning", "default::pytest.PytestUnraisableExceptionWarning"),
]
QUIET = ("--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update")
SHADES = {"light": "rgb(255, 255, 255)", "dark": "rgb(17, 22, 29)"}

screens = pytest.mark.parametrize(
    ("width", "shade"), [(320, "light"), (360, "dark"), (1280, "light"), (1280, "dark")], ids=str
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield started
        started.close()


@contextmanager
def opened(browser: Any, address: str, width: int = 1280, shade: str = "light") -> Iterator[Any]:
    """A page, in which nothing may go wrong and from which no request may leave."""
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=shade, reduced_motion="reduce")
    page = context.new_page()
    trouble: list[str] = []
    page.on("console", lambda message: trouble.append(message.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("requestfailed", lambda request: trouble.append(f"failed: {request.url}"))
    page.on(
        "request",
        lambda request: request.url.startswith((address, "data:", "blob:")) or trouble.append(f"left: {request.url}"),
    )
    page.goto(address)
    yield page
    context.close()
    assert not trouble


def inspect(page: Any, shade: str) -> None:
    """Nothing overflows, every picture is there, the colours are the shade's."""
    inner, scrolled = page.evaluate("[document.documentElement.clientWidth, document.documentElement.scrollWidth]")
    assert scrolled <= inner
    beyond = """() => [...document.querySelectorAll('body *')]
        .filter((one) => !one.closest('.scroll, .drawing, pre, svg') && one.getClientRects().length)
        .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
        .map((one) => one.outerHTML.slice(0, 80))"""
    assert page.evaluate(beyond) == []
    broken = "() => [...document.images].filter((one) => !one.hidden && !(one.complete && one.naturalWidth)).length"
    assert page.evaluate(broken) == 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == SHADES[shade]


@screens
def test_the_report_is_whole_on_every_screen(browser: Any, finished: Path, width: int, shade: str) -> None:
    with opened(browser, (finished / "report.html").as_uri(), width, shade) as page:
        page.click("summary")
        inspect(page, shade)
        assert page.locator("h1").inner_text() == "<text>"
        assert page.locator("svg.chart").count() == 4


def test_the_report_can_be_printed_and_paper_is_light(browser: Any, finished: Path) -> None:
    with opened(browser, (finished / "report.html").as_uri(), shade="dark") as page:
        page.emulate_media(media="print", color_scheme="dark")
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(27, 36, 48)"
        assert page.pdf().startswith(b"%PDF-")


def draw(page: Any) -> None:
    box = page.locator("#canvas").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.7, steps=5)
    page.mouse.up()


@screens
@pytest.mark.parametrize("network", [GREY, COLOUR], ids=["grey", "colour"])
def test_a_stroke_changes_the_answer_and_the_layers(browser: Any, network: str, width: int, shade: str) -> None:
    with served(player(network)) as address, opened(browser, address, width, shade) as page:
        page.wait_for_selector("#layers img")
        before = page.locator("#layers img").first.get_attribute("src")
        draw(page)
        page.wait_for_function("before => document.querySelector('#layers img').src !== before", arg=before)
        inspect(page, shade)
        shares = [float(text.rstrip("%")) for text in page.locator(".percent").all_inner_texts()]
        assert sum(shares) == pytest.approx(100, abs=0.2)
        best = page.locator("#classes li.first")
        assert page.inner_text("#top") == best.locator(".name").inner_text()
        assert page.inner_text("#share") == f"{max(shares):.1f}%"


def test_it_can_be_drawn_with_keys_and_cleared(browser: Any) -> None:
    with served(player(GREY)) as address, opened(browser, address) as page:
        page.wait_for_selector("#seen:not([hidden])")
        bright = """() => document.getElementById('canvas').getContext('2d')
            .getImageData(0, 0, 280, 280).data.reduce((sum, one, at) => sum + (at % 4 == 0 && one > 128), 0)"""
        page.focus("#canvas")
        page.keyboard.down("Space")
        for _ in range(5):
            page.keyboard.press("ArrowDown")
        page.keyboard.up("Space")
        page.keyboard.press("ArrowRight")
        assert page.evaluate(bright) > 1000
        page.keyboard.press("Delete")
        assert page.evaluate(bright) == 0


def test_a_picture_is_taken_and_dark_writing_on_paper_turned_over(browser: Any, tmp_path: Path) -> None:
    from PIL import Image, ImageDraw

    sheet = Image.new("RGB", (300, 200), "white")
    ImageDraw.Draw(sheet).line([(100, 40), (200, 160)], fill="black", width=20)
    sheet.save(tmp_path / "sheet.png")
    with served(player(GREY)) as address, opened(browser, address) as page:
        page.wait_for_selector("#seen:not([hidden])")
        empty = page.get_attribute("#seen", "src")
        page.set_input_files("#file", tmp_path / "sheet.png")
        page.wait_for_function("empty => document.getElementById('seen').src !== empty", arg=empty)
        assert page.is_checked("#invert")

"""The page of a run: whole in itself, safe whatever the names are, and a function of the run's files."""

from __future__ import annotations

import io
import json
import re
import shutil
from base64 import b64decode
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image

from cnndsl.errors import InputError
from cnndsl.training.report import report_of
from tests.cli.inside import inside
from tests.finished import HOSTILE

VOID = {"meta", "img", "br", "link", "input"}


class Reader(HTMLParser):
    """Every element with its attributes, and the text; fails where elements are not closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def text(finished: Path) -> str:
    return (finished / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(text: str) -> Reader:
    return Reader(text)


def test_the_page_needs_nothing_but_itself(text: str, page: Reader) -> None:
    assert not re.findall(r"(?:https?:)?//(?!www\.w3\.org/2000/svg)[a-z]", re.sub(r"base64,[^\"]*", "", text))
    assert not {tag for tag, _ in page.elements} & {"script", "link", "iframe", "object", "base", "form"}
    assert not {name for _, attributes in page.elements for name in attributes if name.startswith("on")}
    (policy,) = (meta["content"] for meta in page.all("meta") if meta.get("http-equiv") == "Content-Security-Policy")
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert "url(" not in text
    assert len(text) < 200_000


def test_every_picture_can_be_read_and_is_said_in_words(page: Reader) -> None:
    assert len(page.all("img")) > 8
    for image in page.all("img"):
        kind, _, data = str(image["src"]).partition(",")
        assert kind == "data:image/png;base64"
        Image.open(io.BytesIO(b64decode(data, validate=True))).load()
        assert image["alt"]


def test_identifiers_are_unique_headings_in_order_and_tables_have_heads(page: Reader) -> None:
    ids = Counter(attributes["id"] for _, attributes in page.elements if "id" in attributes)
    assert all(count == 1 for count in ids.values())
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(head.get("scope") in {"row", "col"} for head in page.all("th"))
    assert page.all("html")[0]["lang"] == "en"


def test_names_and_the_file_are_shown_as_they_are_and_do_nothing(page: Reader, text: str) -> None:
    assert HOSTILE in page.text
    assert '<b>left & "right"</b>' in page.text
    assert "<script" not in text


def test_the_page_says_what_the_run_came_to(page: Reader, finished: Path) -> None:
    manifest = json.loads((finished / "manifest.json").read_bytes())
    assert f"{manifest['test']['accuracy']:.2%}" in page.text
    assert f"{manifest['test']['macro_f1']:.4f}" in page.text
    assert f"{manifest['best']['epoch']} of 2" in page.text
    for said in (manifest["model"]["sha256"], manifest["data"]["sha256"], manifest["versions"]["numpy"], "Conv.0"):
        assert said in page.text


def test_the_command_writes_the_page_again_to_the_letter(finished: Path, tmp_path: Path, text: str) -> None:
    out = tmp_path / "page.html"
    done = inside("report", finished, "--out", out)
    assert (done.code, done.out) == (0, f"{out}: {len(text.encode()):,} bytes\n")
    assert out.read_text(encoding="utf-8") == text
    assert inside("report", finished, "--out", "-").out == text


@pytest.mark.parametrize(
    ("file", "content", "code"),
    [
        ("findings.json", None, "D503"),
        ("manifest.json", None, "D503"),
        ("best.safetensors", None, "D503"),
        ("findings.json", b"", "D510"),
        ("findings.json", b"[" * 100_000, "D510"),
        ("findings.json", b"\xff\xfe", "D510"),
        ("manifest.json", b"{}", "D510"),
        ("manifest.json", b"[1]", "D510"),
        ("best.safetensors", b"no weights", "D510"),
    ],
)
def test_a_run_that_lacks_something_is_refused(
    finished: Path, tmp_path: Path, file: str, content: bytes | None, code: str
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(finished, folder)
    if content is None:
        (folder / file).unlink()
    else:
        (folder / file).write_bytes(content)
    with pytest.raises(InputError) as caught:
        report_of(folder)
    assert caught.value.code == code
    done = inside("report", folder)
    assert done.code == 3
    assert file in done.err


def test_findings_of_another_network_are_refused(finished: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(finished, folder)
    found = json.loads((folder / "findings.json").read_bytes())
    found["sample"]["channels"] = (
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
    )
    (folder / "findings.json").write_text(json.dumps(found))
    with pytest.raises(InputError, match="not of one run"):
        report_of(folder)

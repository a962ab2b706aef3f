"""The pages in ``docs`` are those that the code makes, and nothing else lies among them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cnndsl.diagnostics.docs import documents, write
from cnndsl.diagnostics.document import Code, Heading, Paragraph, Table, as_markdown, as_text

DOCS = Path(__file__).parents[2] / "docs"
_LINK = re.compile(r"\]\(([^):]+)\)")


def test_the_committed_pages_are_those_that_are_made() -> None:
    kept = {
        path.relative_to(DOCS).as_posix(): path.read_text(encoding="utf-8")
        for folder in ("layers", "diagnostics")
        for path in (DOCS / folder).glob("*.md")
    }
    made = documents()
    differing = sorted(name for name in kept.keys() | made.keys() if kept.get(name) != made.get(name))
    assert not differing, "run `make docs`, and look at the difference"


def test_writing_removes_what_is_gone_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "layers").mkdir()
    (tmp_path / "layers" / "Gone.md").write_text("old")
    (tmp_path / "cli.md").write_text("mine")
    write(tmp_path)
    assert not (tmp_path / "layers" / "Gone.md").exists()
    assert (tmp_path / "cli.md").read_text() == "mine"
    assert (tmp_path / "layers" / "Conv.md").read_text(encoding="utf-8") == documents()["layers/Conv.md"]


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda path: str(path.relative_to(DOCS)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in _LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


BLOCKS = (
    Heading("A * B", 1),
    Paragraph("2*pad <= `a*b` and [page](page.md)"),
    Heading("Next"),
    Code("x\ny\n"),
    Table(("a", "b"), (("1|2", "`k|l`"), ("long", ""))),
)


def test_a_page_as_markdown() -> None:
    assert as_markdown(BLOCKS) == (
        "# A \\* B\n\n2\\*pad \\<= `a*b` and [page](page.md)\n\n## Next\n\n```\nx\ny\n```\n\n"
        "| a | b |\n| --- | --- |\n| 1\\|2 | `k\\|l` |\n| long |  |\n"
    )


def test_a_page_as_text() -> None:
    assert as_text(BLOCKS) == (
        "A * B\n\n2*pad <= `a*b` and [page](page.md)\n\nNext:\n\n    x\n    y\n\na     b\n1|2   `k|l`\nlong"
    )

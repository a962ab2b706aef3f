"""``python -m cnndsl.diagnostics.docs``: write the reference pages in ``docs`` anew."""

from __future__ import annotations

from pathlib import Path

from cnndsl.data import SHAPES
from cnndsl.diagnostics.catalogue import ENTRIES
from cnndsl.diagnostics.document import as_markdown
from cnndsl.diagnostics.layer_page import layer_index, layer_page
from cnndsl.diagnostics.page import index, page
from cnndsl.layers import public_kinds

_NOTICE = "<!-- Made by `make docs`; what it says is kept in the code. -->\n\n"


def documents() -> dict[str, str]:
    """Every generated page: its path below ``docs``, and its text."""
    pages = {
        "layers/README.md": layer_index(),
        **{f"layers/{kind.name}.md": layer_page(kind) for kind in public_kinds()},
        "diagnostics/README.md": index(linked=True),
        **{f"diagnostics/{entry.code}.md": page(entry, SHAPES) for entry in ENTRIES},
    }
    return {path: _NOTICE + as_markdown(blocks) for path, blocks in pages.items()}


def write(folder: Path) -> None:
    """Write the pages, and remove those of codes and layers that are gone."""
    made = documents()
    for kind in ("layers", "diagnostics"):
        (folder / kind).mkdir(parents=True, exist_ok=True)
        for stray in (folder / kind).glob("*.md"):
            if f"{kind}/{stray.name}" not in made:
                stray.unlink()
    for path, text in made.items():
        (folder / path).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write(Path("docs"))

"""Drawn wirings: what may be connected to what, and in which blocks it stands, from tidy to wild."""

from __future__ import annotations

from hypothesis import strategies as st

from cnndsl.report.drawing_layout import Cell

_SHAPES = st.sampled_from(("8x8x8", "1024x512x512", "7"))


@st.composite
def wild(draw: st.DrawFn) -> list[Cell]:
    """Any connections to cells above, and any blocks, whether or not they have to do with each other."""
    cells = [Cell("", (), 30.0)]
    names = st.lists(st.sampled_from(("a", "b")), max_size=3)
    for number in range(1, draw(st.integers(1, 12)) + 1):
        sources = st.lists(st.integers(0, number - 1), min_size=1, max_size=4)
        taken = draw(st.one_of(st.just([number - 1]), st.just([number - 1]), sources))
        path = "/".join([*draw(names), f"layer.{number}"])
        cells.append(_cell(draw, path, tuple(taken)))
    return [*cells, Cell("", (len(cells) - 1,), 30.0)]


@st.composite
def tidy(draw: st.DrawFn) -> list[Cell]:
    """Chains, residuals and branches inside each other, as the language makes them, with a tap now and then."""
    cells = [Cell("", (), 30.0)]

    def layer(prefix: str, *sources: int) -> int:
        tapped = draw(st.sampled_from((False, False, False, True)))
        more = (draw(st.integers(0, len(cells) - 1)),) if tapped else ()
        cells.append(_cell(draw, f"{prefix}layer.{len(cells)}", (*sources, *more)))
        return len(cells) - 1

    def flow(prefix: str, at: int, depth: int) -> int:
        for number in range(draw(st.integers(1, 3))):
            match draw(st.sampled_from(("layer", "block", "residual", "branch") if depth else ("layer",))):
                case "layer":
                    at = layer(prefix, at)
                case "block":
                    at = flow(f"{prefix}block.{number}/", at, depth - 1)
                case "residual":
                    at = layer(prefix, flow(f"{prefix}residual.{number}/", at, depth - 1), at)
                case _:
                    named = draw(st.booleans())
                    inner = [f"path.{number}.{path}/" if named else "" for path in range(draw(st.integers(2, 3)))]
                    at = layer(prefix, *[flow(f"{prefix}{path}", at, depth - 1) for path in inner])
        return at

    last = flow("", 0, 3)
    return [*cells, Cell("", (last,), 30.0)]


def _cell(draw: st.DrawFn, path: str, sources: tuple[int, ...]) -> Cell:
    height = draw(st.sampled_from((28.0, 46.0)))
    return Cell(path, sources, height, draw(_SHAPES), noted=draw(st.booleans()), sums=draw(st.booleans()))


def wirings() -> st.SearchStrategy[list[Cell]]:
    """Both sorts."""
    return st.one_of(tidy(), wild())

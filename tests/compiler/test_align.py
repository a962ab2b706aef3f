"""Alignment: complete, in order, with the fewest differences there can be."""

from __future__ import annotations

from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from cnndsl.compiler.align import Feature, align
from tests.strategies import thorough

FEATURES = st.builds(
    lambda kind, argument, path: Feature(kind, f"{kind} {argument}", path),
    st.sampled_from("ABC"),
    st.integers(0, 2),
    st.sampled_from("xyz"),
)
SEQUENCES = st.lists(FEATURES, max_size=7)


def of(*lines: str) -> list[Feature]:
    return [Feature(line.split()[0], line, str(at)) for at, line in enumerate(lines)]


def cost(old: list[Feature], new: list[Feature], matches: list[tuple[int | None, int | None]]) -> tuple[int, int]:
    """Differences, and among the pairs those whose paths differ."""
    pairs = [(old[i], new[j]) for i, j in matches if i is not None and j is not None]
    differences = len(matches) - len(pairs) + sum(before.line != after.line for before, after in pairs)
    return differences, sum(before.path != after.path for before, after in pairs)


def least(old: list[Feature], new: list[Feature]) -> tuple[int, int]:
    """The least cost by trying everything."""

    @cache
    def behind(i: int, j: int) -> tuple[int, int]:
        options = [(0, 0)] if i == len(old) and j == len(new) else []
        if i < len(old):
            options.append((behind(i + 1, j)[0] + 1, behind(i + 1, j)[1]))
        if j < len(new):
            options.append((behind(i, j + 1)[0] + 1, behind(i, j + 1)[1]))
        if i < len(old) and j < len(new) and old[i].kind == new[j].kind:
            rest = behind(i + 1, j + 1)
            options.append((rest[0] + (old[i].line != new[j].line), rest[1] + (old[i].path != new[j].path)))
        return min(options)

    return behind(0, 0)


@given(SEQUENCES, SEQUENCES)
@thorough(150)
def test_an_alignment_is_complete_in_order_and_the_cheapest(old: list[Feature], new: list[Feature]) -> None:
    matches = align(old, new)
    assert [i for i, _ in matches if i is not None] == list(range(len(old)))
    assert [j for _, j in matches if j is not None] == list(range(len(new)))
    assert all(old[i].kind == new[j].kind for i, j in matches if i is not None and j is not None)
    assert cost(old, new, matches) == least(old, new)


def test_layers_that_all_changed_a_little_stay_pairs() -> None:
    narrow, wide = (of(f"Conv {w}", "ReLU", f"Conv {w}", "Pool", f"Conv {2 * w}", "ReLU") for w in (16, 32))
    assert align(narrow, wide) == [(at, at) for at in range(6)]


def test_what_is_removed_stands_before_what_is_added() -> None:
    assert align(of("A", "B", "A"), of("A", "C", "A")) == [(0, 0), (1, None), (None, 1), (2, 2)]


def test_of_equal_layers_those_of_one_path_pair() -> None:
    old, new = [Feature("A", "A", "x")], [Feature("A", "A", "w"), Feature("A", "A", "x")]
    assert align(old, new) == [(None, 0), (0, 1)]

"""Advice: given where it is due, and not about files that people would call good."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.compiler import check
from cnndsl.compiler.advise import _LOOKS
from cnndsl.compiler.advise_network import _ROLES, role_of
from cnndsl.data import SHAPES
from cnndsl.diagnostics.report import examine
from cnndsl.language import Source
from cnndsl.language.render import render_spec
from cnndsl.language.source import read_source
from cnndsl.layers._kind import Array, Context, LayerKind
from cnndsl.layers.pool import Pool
from cnndsl.testing.calls import arguments, forward
from cnndsl.testing.cases import Case
from cnndsl.testing.strategies import cases, specs
from tests.strategies import PUBLIC, thorough

ROOT = Path(__file__).parents[2]
GOOD = [*sorted((ROOT / "examples").glob("*.txt")), *sorted((ROOT / "cnndsl" / "starters").glob("*.txt"))]
_POOL: LayerKind[Any] = next(kind for kind in PUBLIC if kind.spec is Pool)


def codes(text: str) -> set[str]:
    return {found.code for found in check(Source("m", text))[1]}


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.name)
def test_good_files_get_no_advice_but_about_what_they_leave_out(path: Path) -> None:
    report = examine(read_source(path), SHAPES)
    assert report.ok
    assert {found.code for found in report.diagnostics} <= {"S208", "G303"}


def test_the_roles_are_those_of_layers_that_there_are() -> None:
    assert _ROLES.keys() | _LOOKS.keys() <= {kind.name for kind in PUBLIC}


@thorough(150)
@given(st.sampled_from(PUBLIC).flatmap(cases))
def test_what_is_said_to_be_linear_is(case: Case) -> None:
    role = role_of(case.spec)
    if role in {"other", "activation"} or case.kind.random:
        return
    args = arguments(case)
    others = tuple(np.ascontiguousarray(np.flip(x)) for x in args.xs)
    middle = tuple((x + y) / 2 for x, y in zip(args.xs, others, strict=True))
    at: list[Array] = [
        forward(case, attrs.evolve(args, xs=xs), Context(train=False))[0] for xs in (args.xs, others, middle)
    ]
    np.testing.assert_allclose(at[2], (at[0] + at[1]) / 2, rtol=1e-9, atol=1e-9)


def test_an_activation_between_two_layers_is_one() -> None:
    quiet = {"ReLU", "GELU", "Tanh", "Sigmoid", "LeakyReLU", "Softplus", "HardSwish", "SiLU", "ELU", "SELU"}
    assert quiet <= {kind.name for kind in PUBLIC}
    for name in quiet:
        assert "G304" not in codes(f"input 1x8x8\nFlatten\nFC 20\n{name}\nFC 10\n")


@thorough(100)
@given(specs(_POOL), st.integers(1, 12), st.integers(1, 12))
def test_rows_are_said_to_be_dropped_where_no_window_sees_them(spec: Any, height: int, width: int) -> None:
    try:
        _, rows, columns = _POOL.out_shape(spec, (1, height, width))
    except ValueError:
        return
    case = Case(_POOL, attrs.evolve(spec, mode="avg"), ((1, height, width),), 1)
    out = forward(case, arguments(case))[0].shape
    assert (out[0], out[2]) == (rows, columns)
    last_row, last_column = _last_seen(case)
    told = "S205" in codes(f"input 1x{height}x{width}\n{render_spec(spec)}\nFlatten\n")
    assert told == (last_row < height - 1 or last_column < width - 1)


def _last_seen(case: Case) -> tuple[int, int]:
    """The last row and column of the map that the output depends on, read off what comes of a lit row or column."""
    args = arguments(case)
    (_, height, width) = case.in_shapes[0]
    x = np.zeros((height, 1, width, 1))

    def seen(row: slice | int, column: slice | int) -> bool:
        lit = x.copy()
        lit[row, 0, column, 0] = 1
        return bool(forward(case, attrs.evolve(args, xs=(lit,)))[0].any())

    rows = [row for row in range(height) if seen(row, slice(None))]
    columns = [column for column in range(width) if seen(slice(None), column)]
    return max(rows, default=-1), max(columns, default=-1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Conv 4 3 1 1\nReLU\nBatchNorm\nFC 10\n", set()),  # the bias meets a nonlinearity first
        ("a: Conv 4 3 1 1\nBatchNorm\nConcat @a\nReLU\nFC 10\n", set()),  # somebody else wants the bias
        ("Conv 4 3 1 1\nGroupNorm 2\nReLU\nFC 10\n", set()),  # takes a group's mean away, and not a channel's
        ("Conv 4 3 1 1\nPool 2\nConv 4 3\nReLU\nFC 10\n", set()),
        ("Conv 8 1\nConv 8 3x1\nReLU\nFC 10\n", set()),
        ("Conv 4 3 1 2 dilation=2\nReLU\nFC 10\n", set()),
        ("Conv 4 3\nReLU\nFC 10\nDropout\nSoftmax\n", {"G306"}),
        ("Conv 4 3\nReLU\nDropout\nFC 10\nSoftmax\n", set()),
        ("Flatten\nFC 10\nBatchNorm\nSoftmax\n", {"G305"}),
        ("branch concat {\n  path { Conv 2 1; Softmax }\n  path { Conv 2 3 pad=same; ReLU }\n}\nReLU\n", {"G301"}),
        ("Conv 4 3\nReLU\nGlobalAvgPool\nFC 8\nIdentity\nFC 4\nSoftmax\n", {"G304"}),
        ("Conv 4 3\nReLU\nGlobalAvgPool\nFC 2\nFC 8\n", set()),  # of rank 2 on purpose
    ],
)
def test_what_is_told_of_a_network(text: str, expected: set[str]) -> None:
    assert codes(f"input 4x8x8\n{text}") - {"S208"} == expected

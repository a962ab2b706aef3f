"""Dropout: how much is dropped, what stays, and that the key alone decides."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from cnndsl.compiler import compile_model
from cnndsl.layers import dropout, dropout2d
from cnndsl.testing.calls import Arguments, Results, locked, run
from tests.strategies import Case, Kind

BOTH = pytest.mark.parametrize("kind", [dropout.KIND, dropout2d.KIND], ids=lambda kind: kind.name)


def call(kind: Kind, p: float, key: int = 0, dtype: type = np.float64, *, train: bool = True) -> Results:
    """Of a batch of ones."""
    shape = (40, 6, 5)
    case = Case(kind, kind.spec(p), (shape,), images=64, seed=key, train=train)
    ones = locked(np.ones((6, 40, 5, 64), dtype))
    return run(case, Arguments((ones,), {}, {}, ones))


@BOTH
@pytest.mark.parametrize("p", [0, 0.1, 0.5, 0.9])
def test_a_share_of_p_is_dropped_and_the_rest_scaled_up(kind: Kind, p: float) -> None:
    result = call(kind, p)
    draws = result.y.size / (30 if kind is dropout2d.KIND else 1)
    assert (result.y == 0).mean() == pytest.approx(p, abs=4 * sqrt(p * (1 - p) / draws))
    np.testing.assert_allclose(result.y[result.y != 0], 1 / (1 - p), rtol=1e-14)
    np.testing.assert_array_equal(result.dxs[0], result.y)


@BOTH
def test_outside_of_training_nothing_happens(kind: Kind) -> None:
    result = call(kind, 0.9, train=False)
    assert (result.y == 1).all()
    assert (result.dxs[0] == 1).all()


@BOTH
def test_the_key_decides_whatever_the_precision(kind: Kind) -> None:
    first, same, other = call(kind, 0.5), call(kind, 0.5, dtype=np.float32), call(kind, 0.5, key=1)
    np.testing.assert_array_equal(first.y, same.y)
    assert not np.array_equal(first.y, other.y)


def test_dropout_drops_values_and_dropout2d_whole_channels() -> None:
    values, channels = call(dropout.KIND, 0.5).y, call(dropout2d.KIND, 0.5).y
    assert len(np.unique(values.std(axis=(0, 2)))) > 1
    assert (channels.std(axis=(0, 2)) == 0).all()
    assert 0 < (channels[0, :, 0] == 0).mean() < 1


@pytest.mark.parametrize("name", ["Dropout", "Dropout2d"])
def test_two_layers_of_a_network_draw_apart(name: str) -> None:
    program = compile_model(f"input 64x2x2\n{name}\n{name}\n")
    images = np.ones((64, 64, 2, 2))
    once, again, other = (program.forward({}, {}, images, train=True, key=key)[0] for key in (0, 0, 1))
    assert (once != 0).mean() == pytest.approx(0.25, abs=0.03)
    np.testing.assert_array_equal(once, again)
    assert not np.array_equal(once, other)

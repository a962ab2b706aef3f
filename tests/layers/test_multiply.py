"""Multiply with gates: a vector beside maps has a factor for each channel, wherever it stands."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cnndsl.layers._kind import Shape
from cnndsl.layers.multiply import KIND, Multiply
from cnndsl.testing import LAWS, Case

MAP, GATE = (3, 4, 2), (3,)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("shapes", [(GATE, MAP), (MAP, GATE), (GATE, MAP, GATE), (GATE, GATE, MAP)], ids=str)
def test_gates_keep_every_law(law: Callable[[Case], None], shapes: tuple[Shape, ...]) -> None:
    assert KIND.out_shape(Multiply(), *shapes) == MAP
    law(Case(KIND, Multiply(), shapes))

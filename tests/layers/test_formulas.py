"""Layers against their formulas; with the gradient law, that is a layer proved."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.layers import REGISTRY
from cnndsl.testing.calls import arguments, context, forward
from tests.layers.formulas import FORMULAS, Call
from tests.layers.references import outer
from tests.strategies import cases, thorough

BY_NAME = {kind.name: kind for kind in REGISTRY}


@pytest.mark.parametrize("name", FORMULAS)
@thorough(15)
@given(data=st.data())
def test_a_layer_computes_its_formula(name: str, data: st.DataObject) -> None:
    kind = BY_NAME[name]
    case = data.draw(cases(kind))
    if kind.random:
        case = attrs.evolve(case, train=False)
    given = arguments(case)
    y, _, _ = forward(case, given, context(case))
    call = Call(case.spec, given.params, given.state, tuple(map(outer, given.xs)), case.train)
    np.testing.assert_allclose(outer(y), FORMULAS[name](call), rtol=1e-11, atol=1e-11)

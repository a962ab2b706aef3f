"""The laws that every layer kind keeps, over drawn specs, shapes and values. A registered kind needs no test here."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnndsl.layers import REGISTRY
from cnndsl.testing.laws import LAWS
from tests.strategies import Case, Kind, cases, thorough


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("kind", REGISTRY, ids=lambda kind: kind.name)
@thorough(12)
@given(data=st.data())
def test_every_kind_keeps_every_law(kind: Kind, law: Callable[[Case], None], data: st.DataObject) -> None:
    law(data.draw(cases(kind)))

"""A registry to write to: what a test registers is forgotten after it."""

from __future__ import annotations

import pytest

from cnndsl.layers import _own


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kinds of one's own: those there were, until the end of the test."""
    for name in ("_NAMES", "_BY_NAME", "_BY_SPEC"):
        monkeypatch.setattr(_own, name, dict(getattr(_own, name)))

"""What every test may ask for: Hypothesis without a clock, and the folder of real data beside the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.finished import finished

__all__ = ["finished"]

SHARED = Path(__file__).parents[1].parent / "shared"

# Nothing times examples or the drawing of them: the first one pays for imports, and the machine may be busy.
# Continuous integration draws the same ones each time.
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("here"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the real data sets; what needs it is skipped where it is not beside the project."""
    if not SHARED.is_dir():
        pytest.skip(f"there is no folder {SHARED} with the real data")
    return SHARED

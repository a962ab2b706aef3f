"""A run that is killed again and again ends as one that nobody disturbed: in its every file, to the last bit."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="attempts are forks of one process")
def test_a_run_that_is_cut_off_again_and_again_ends_as_one_that_is_not() -> None:
    ends = ["KILL=30", "INT=6", *(["full=6"] if sys.platform == "linux" else [])]
    command = [sys.executable, "-m", "tests.training.crashes", *ends]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    for how, _, times in (one.partition("=") for one in ends):
        assert f"\n{times} times {how}: every file the same\n" in done.stdout

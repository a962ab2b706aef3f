"""Tiny runs, made once for all tests of what comes after a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.inside import inside

MODEL = """Pool 4
Flatten
FC 10
Softmax
data { train = 60; valid = 20; test = 40 }
train { epochs = 2; seed = 3; batch = 20; metrics = [loss, accuracy, macro_f1, top_3]; optimizer = adam(lr=0.01) }
"""


@pytest.fixture(scope="session")
def three_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with runs: ``first``, ``deep/wider`` which is wider, and ``deep/legacy`` with the earlier tables."""
    folder = tmp_path_factory.mktemp("three")
    (folder / "model.txt").write_text(MODEL, encoding="utf-8")
    (folder / "wide.txt").write_text(MODEL.replace("FC 10", "FC 30\nReLU\nFC 10"), encoding="utf-8")
    each = {
        "first": ("model.txt",),
        "deep/wider": ("wide.txt", "--seed", 4, "--epochs", 3),
        "deep/legacy": ("model.txt", "--legacy-csv"),
    }
    for name, given in each.items():
        done = inside("compile-and-train", *given, "--processes", 1, "--out", f"runs/{name}", cwd=folder)
        assert done.code == 0, done.err
    return folder

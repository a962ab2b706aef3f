"""A plugin for pytest: a finished run of a tiny network, once for all tests of one process."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnndsl.compiler import compile_model
from cnndsl.data import Dataset, make_splits
from cnndsl.training import Settings, compile_and_train
from tests.training.conftest import CLASSES, MODEL, halves

HOSTILE = '# </code></pre><script>alert("&")</script>\n'


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the run. The model file and a class have names that a page must escape."""
    classes = ('<b>left & "right"</b>', *CLASSES[1:])
    dataset = Dataset("halves", train=halves(120, 1), test=halves(40, 2), classes=classes, source="made up")
    splits = make_splits(dataset, train=80, valid=24, test=24, seed=0)
    settings = Settings(train=80, valid=24, test=24, batch=8, epochs=2, lr=0.005, processes=1)
    folder = tmp_path_factory.mktemp("finished")
    compile_and_train(compile_model(HOSTILE + MODEL), splits, settings, folder)
    return folder

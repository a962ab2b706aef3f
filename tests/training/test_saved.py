"""Saved networks: whole without the files that they were made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cnndsl.compiler import compile_model
from cnndsl.errors import InputError
from cnndsl.training.saved import load_saved
from cnndsl.training.weights import save_weights
from tests.compiler.networks import same_bits

TEXT = "input 1x4x4\nstem: Conv 2 3\nBatchNorm\nFC 2\n"


def test_a_network_comes_back_with_its_weights(tmp_path: Path) -> None:
    program = compile_model(TEXT)
    params, state = program.init(7)
    save_weights(tmp_path / "best.safetensors", params, state, {"network": TEXT, "epoch": 2})
    for path in (tmp_path, tmp_path / "best.safetensors"):
        saved = load_saved(path)
        assert saved.graph == program.graph
        assert same_bits(saved.params, params)
        assert same_bits(saved.state, state)
        assert saved.header["epoch"] == 2


@pytest.mark.parametrize(
    ("about", "code", "words"),
    [
        ({}, "D511", "does not say which network"),
        ({"network": 3}, "D511", "does not say which network"),
        ({"network": "inputdir/model.txt"}, "D510", "P001"),
        ({"network": TEXT.replace("FC 2", "FC 3")}, "T603", "FC.0/W"),
        ({"network": "Conv 1 1"}, "D510", "S200"),
        ({"network": "input 1x4x4\nConv 1 9"}, "D510", "S201"),
        ({"network": "\0"}, "D510", "P005"),
        ({"network": 'include "other.txt"\nConv 1 1'}, "D510", "no folder to include"),
    ],
)
def test_what_a_file_says_of_its_network_is_checked(
    about: dict[str, Any], code: str, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "best.safetensors"
    save_weights(path, *compile_model(TEXT).init(), about)
    with pytest.raises(InputError, match=words) as error:
        load_saved(path)
    assert error.value.code == code
    assert str(path) in error.value.message

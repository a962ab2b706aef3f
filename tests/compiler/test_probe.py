"""The first array that is not finite, wherever in a step it is."""

from __future__ import annotations

import numpy as np
import pytest

from cnndsl.compiler import Program, compile_model
from cnndsl.compiler.probe import first_not_finite
from cnndsl.layers._kind import Array, Tree

TEXT = "input 1x6x6\nConv 3 3 1 1\nBatchNorm\nReLU\nPool 2\nFlatten\nhead: FC 4\nSoftmax\n"
PROGRAM = compile_model(TEXT)
X = np.random.default_rng(0).standard_normal((8, 1, 6, 6), dtype=np.float32)
LABELS = np.arange(8) % 4


def found(params: Tree, x: Array = X, program: Program = PROGRAM) -> str:
    _, state = program.init()
    return first_not_finite(program, params, state, x, LABELS, key=0)


def spoiled(path: str, name: str, value: float) -> Tree:
    params, _ = PROGRAM.init()
    array = params[path][name].copy()
    array.flat[0] = value
    return {**params, path: {**params[path], name: array}}


def test_a_step_without_any_has_none() -> None:
    assert found(PROGRAM.init()[0]) == ""


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_weights_that_were_lost_before_are_named(value: float) -> None:
    assert found(spoiled("head", "W", value)) == "the output of head (line 7), whose W was not before"
    assert found(spoiled("Conv.0", "b", value)) == "the output of Conv.0 (line 2), whose b was not before"


def test_a_product_that_overflows_is_named_where_it_does() -> None:
    params, _ = PROGRAM.init()
    large = {**params, "head": {**params["head"], "W": np.full_like(params["head"]["W"], 3e38)}}
    assert found(large) == "the output of head (line 7)"


def test_a_gradient_that_overflows_is_named() -> None:
    program = compile_model("input 1x6x6\nFlatten\nFC 3\nReLU\nhead: FC 4\nSoftmax\n")
    params, _ = program.init()
    first, head = params["FC.0"], params["head"]
    params = {"FC.0": {"W": first["W"] * 0, "b": first["b"] + 1e-30}, "head": {**head, "W": head["W"] * 1e30}}
    assert found(params, X * 1e20, program) == "the gradient of W of FC.0 (line 3)"


def test_images_are_looked_at_first() -> None:
    x = X.copy()
    x[3, 0, 2, 2] = np.nan
    assert found(PROGRAM.init()[0], x) == "the images"

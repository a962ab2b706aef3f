"""What is seen of the layers is what the program computes."""

from __future__ import annotations

import numpy as np
import pytest

from cnndsl.compiler import compile_model
from cnndsl.compiler.observe import observe, probabilities

CHAIN = "input 1x8x8\nConv 4 3\nReLU\nPool 2\nFlatten\nFC 5\n"
JOINED = """input 3x8x8
stem: Conv 4 3 pad=1
residual { BatchNorm; ReLU; Conv 4 3 pad=1 }
Concat @stem
GlobalAvgPool
FC 5
"""


@pytest.mark.parametrize("text", [CHAIN, JOINED, f"{CHAIN}Softmax\n"])
def test_the_last_output_is_the_programs_and_all_have_their_shapes(text: str) -> None:
    program = compile_model(text)
    params, state = program.init(3)
    x = np.random.default_rng(0).standard_normal((7, *program.input_shape)).astype(np.float32)
    seen = list(observe(program.graph, params, state, x))
    assert [node for node, _ in seen] == list(program.graph.nodes)
    assert all(y.shape == (7, *node.out_shape) for node, y in seen)
    np.testing.assert_allclose(seen[-1][1], program.predict(params, state, x), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("end", ["", "Softmax\n", "LogSoftmax\n"])
def test_whatever_a_network_ends_in_it_gives_probabilities(end: str) -> None:
    program = compile_model(CHAIN + end)
    plain = compile_model(f"{CHAIN}Softmax\n")
    params, state = program.init(3)
    x = np.random.default_rng(0).standard_normal((7, 1, 8, 8)).astype(np.float32)
    given = probabilities(program, params, state, x)
    np.testing.assert_allclose(given.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(given, plain.predict(params, state, x), rtol=1e-4, atol=1e-6)

"""Who else runs a model: onnxruntime, and the reference of ONNX. Tests that ask for them are skipped without."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnndsl.compiler.program import build
from cnndsl.exchange.export import export_onnx
from cnndsl.exchange.notes import Notes
from cnndsl.language import Graph
from cnndsl.layers._kind import Array, Tree
from tests.compiler.networks import map_tree

onnx = pytest.importorskip("onnx", reason="the extra `onnx` is not installed")
reference = pytest.importorskip("onnx.reference", reason="the extra `onnx` is not installed")
runtime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")

_OPTIONS = runtime.SessionOptions()
_OPTIONS.log_severity_level = 3
_OPTIONS.intra_op_num_threads = 1


def weights_of(graph: Graph, seed: int) -> tuple[Tree, Tree]:
    """Parameters and state in single precision, none of them what layers start with."""
    rng = np.random.default_rng(seed)
    params, state = build(graph).init(seed)

    def moved(array: Array) -> Array:
        return (array + rng.uniform(0.1, 0.5, array.shape)).astype(np.float32)

    return map_tree(moved, params), map_tree(moved, state)


def exported(graph: Graph, seed: int = 0) -> bytes:
    """The model of a graph with weights drawn from a seed."""
    return export_onnx(graph, *weights_of(graph, seed), Notes())


def in_runtime(model: bytes, x: Array) -> Array:
    """What onnxruntime makes of images."""
    session = runtime.InferenceSession(model, _OPTIONS)
    (y,) = session.run(None, {session.get_inputs()[0].name: x})
    return np.asarray(y)


def in_reference(model: bytes, x: Array) -> Array:
    """What the reference of ONNX makes of images."""
    with np.errstate(all="ignore"):  # its sigmoid computes both of its branches
        (y,) = reference.ReferenceEvaluator(onnx.load_from_string(model)).run(None, {"input": x})
    return np.asarray(y)


def assert_equal(ours: Array, theirs: Array) -> None:
    """Equal shapes, and values within 1e-5 of each or of a hundredth of the largest."""
    assert ours.shape == theirs.shape
    near = 1e-5 * max(float(abs(ours).max()), 0.01)
    np.testing.assert_allclose(theirs, ours, rtol=1e-5, atol=near)


def assert_model_computes(graph: Graph, seed: int, images: int = 2) -> None:
    """The exported model is right in form, and gives what the network gives, wherever it is run."""
    params, state = weights_of(graph, seed)
    model = export_onnx(graph, params, state, Notes())
    onnx.checker.check_model(model, full_check=True)
    x = np.random.default_rng(seed).standard_normal((images, *graph.input_shape), dtype=np.float32)
    ours = build(graph).predict(params, state, x)
    assert_equal(ours, in_runtime(model, x))
    assert_equal(ours, in_reference(model, x))


def model_proto(data: bytes) -> Any:
    """The parsed model."""
    return onnx.load_from_string(data)

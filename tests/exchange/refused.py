"""Models that cannot be read, and what is said of each: word for word in ``refused.expected``.

``python -m tests.exchange.refused`` writes it anew: read the difference.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from attrs import evolve

from tests.cli.inside import inside
from tests.exchange.engines import onnx
from tests.exchange.models import Foreign, Node, numbers, op, real, whole

EXPECTED = Path(__file__).with_suffix(".expected")
_FLAT = op("Flatten", "x", "f")


def _one(kind: str, inputs: str = "x", constants: dict[str, np.ndarray] | None = None, **attributes: object) -> Foreign:
    """A model of one operator."""
    return Foreign("", (op(kind, inputs, "y", **attributes),), constants or {})


def _many() -> Foreign:
    """Every fault at once, some alike."""
    nodes: tuple[Node, ...] = (
        op("Conv", "x W", "c", pads=[0, 0, 1, 1]),
        op("Clip", "x", "a"),
        op("Clip", "a", "b"),
        op("Relu", "b", "r"),
        op("LSTM", "r r r", "l"),
        op("Mul", "c l", "m"),
        op("Einsum", "m", "y", equation="a->a"),
    )
    return Foreign("", nodes, {"W": numbers(2, 4, 3, 3)})


def _elsewhere() -> bytes:
    model = onnx.load_from_string(_one("Mul", "x g", {"g": numbers(4, 1, 1)}).data)
    (tensor,) = model.graph.initializer
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../etc/passwd")
    return bytes(model.SerializeToString())


def _lying(*dims: int) -> bytes:
    model = onnx.load_from_string(_one("Mul", "x g", {"g": numbers(4, 1, 1)}).data)
    del model.graph.initializer[0].dims[:]
    model.graph.initializer[0].dims.extend(dims)
    return bytes(model.SerializeToString())


def _with_two_outputs() -> bytes:
    model = onnx.load_from_string(Foreign("", (op("Relu", "x", "r"), op("Tanh", "r", "y"))).data)
    model.graph.output.add(name="r")
    return bytes(model.SerializeToString())


_RELU = _one("Relu")
_WIDE = {"W": numbers(2, 4, 9, 9)}

MODELS: dict[str, bytes] = {
    "many": _many().data,
    "asymmetric": _one("MaxPool", kernel_shape=[2, 2], pads=[1, 0, 0, 1]).data,
    "axes": _one("Transpose", perm=[0, 2, 3, 1]).data,
    "batch": _one("Reshape", "x s", {"s": whole(2, 60)}).data,
    "broadcast": _one("Mul", "x g", {"g": numbers(6, 5)}).data,
    "constant": _one("Add", "x g", {"g": numbers(4, 1, 1)}).data,
    "computed weights": Foreign("", (op("Relu", "x", "r"), op("Conv", "x r", "y"))).data,
    "does not fit": _one("Conv", "x W", _WIDE).data,
    "custom operator": Foreign("", (op("Relu", "x", "y", domain="com.example"),)).data,
    "empty": b"",
    "external data": _elsewhere(),
    "gelu": _one("Gelu", approximate="fast").data,
    "infinite": _one("Mul", "x g", {"g": real(np.inf)}).data,
    "integers": evolve(_RELU, dtype=onnx.TensorProto.INT64).data,
    "lying": _lying(1000, 1000),
    "lying much": _lying(1 << 40, 1 << 20),
    "mean": _one("ReduceMean", "x a", {"a": whole(1)}).data,
    "no images": evolve(_RELU, shape=(8,)).data,
    "no layer": Foreign("", (op("Constant", "", "y", value_float=1.0),)).data,
    "no model": b"Conv 6 5\n",
    "no order": Foreign("", (op("Relu", "z", "y"), op("Relu", "x", "z"))).data,
    "old": evolve(_RELU, opset=7).data,
    "open size": evolve(_RELU, shape=(3, "height", "width")).data,
    "reads as channels last": evolve(_RELU, shape=(32, 32, 3)).data,
    "second output": Foreign("", (op("Dropout", "x", "d m"), op("Concat", "d m", "y", axis=1))).data,
    "shapes differ": Foreign("", (op("MaxPool", "x", "p", kernel_shape=[2, 2]), op("Add", "p x", "y"))).data,
    "softmax": _one("Softmax", axis=-1).data,
    "strides": _one("MaxPool", kernel_shape=[2, 2], strides=[0, 1]).data,
    "twice": Foreign("", (op("Relu", "x", "x"),)).data,
    "two outputs": _with_two_outputs(),
    "vector": Foreign("", (_FLAT, op("Conv", "f W", "y")), {"W": numbers(2, 4, 3, 3)}).data,
    "young": evolve(_RELU, opset=9999).data,
}


def report() -> str:
    """What the command says of each model."""
    told = []
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for name, data in MODELS.items():
            (folder / "net.onnx").write_bytes(data)
            done = inside("import-onnx", "net.onnx", cwd=folder)
            told.append(f"# {name}\n{done.err}{done.out}[exit code {done.code}]\n")
            assert sorted(path.name for path in folder.iterdir()) == ["net.onnx"]
    return "\n".join(told)


if __name__ == "__main__":
    EXPECTED.write_text(report(), encoding="utf-8", newline="\n")

"""Models as other programs write them, made by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import field, frozen

from cnndsl.layers._kind import Array, Shape
from tests.exchange.engines import onnx

Node = tuple[str, str, str, dict[str, Any]]
_RNG = np.random.default_rng(0)


def op(kind: str, inputs: str, output: str, **attributes: Any) -> Node:
    """An operator; inputs are names with spaces between, `-` for one that is left out."""
    return kind, inputs, output, attributes


def numbers(*shape: int) -> Array:
    """Weights: between 0.1 and 1, none of them 1."""
    return _RNG.uniform(0.1, 0.9, shape).astype(np.float32)


def whole(*values: int) -> Array:
    return np.array(values, np.int64)


def real(*values: float) -> Array:
    return np.array(values[0] if len(values) == 1 else values, np.float32)


@frozen(eq=False)
class Foreign:
    """A model of another program: its operators from ``x`` to the last one's output, its constants, and its layers."""

    text: str
    nodes: tuple[Node, ...]
    constants: dict[str, Array] = field(factory=dict)
    shape: Shape = (4, 6, 5)
    opset: int = 21
    batch: int | str | None = "N"
    dtype: int = onnx.TensorProto.FLOAT
    producer: str = "elsewhere"

    @property
    def data(self) -> bytes:
        helper = onnx.helper
        nodes = [
            helper.make_node(
                kind,
                ["" if name == "-" else name for name in inputs.split()],
                output.split(),
                f"/{output}",
                **attributes,
            )
            for kind, inputs, output, attributes in self.nodes
        ]
        tensors = [onnx.numpy_helper.from_array(array, name) for name, array in self.constants.items()]
        last = self.nodes[-1][2].split()[0] if self.nodes else "x"
        graph = helper.make_graph(
            nodes,
            "net",
            [helper.make_tensor_value_info("x", self.dtype, [self.batch, *self.shape])],
            [helper.make_tensor_value_info(last, self.dtype, None)],
            tensors,
        )
        opsets = [helper.make_opsetid("", self.opset)]
        made = helper.make_model(graph, opset_imports=opsets, ir_version=8, producer_name=self.producer)
        return bytes(made.SerializeToString())


_CONV = op("Conv", "x W", "c", kernel_shape=[3, 3])
_FLAT = op("Flatten", "x", "f")
_INSTANCES = {"s": whole(0, 2, -1), "one": real(1, 1), "zero": real(0, 0), "g": numbers(4, 1, 1), "h": numbers(4, 1, 1)}

#: By what is special about them.
FOREIGN: dict[str, Foreign] = {
    "a product and a sum": Foreign(
        "Flatten\nFC 3\n",
        (_FLAT, op("MatMul", "f W", "m"), op("Add", "b m", "y")),
        {"W": numbers(120, 3), "b": numbers(3)},
    ),
    "a product alone": Foreign("Flatten\nFC 3 bias=false\n", (_FLAT, op("MatMul", "f W", "y")), {"W": numbers(120, 3)}),
    "factors of Gemm": Foreign(
        "Flatten\nFC 3\n",
        (_FLAT, op("Gemm", "f W b", "y", alpha=0.5, beta=2.0, transB=0)),
        {"W": numbers(120, 3), "b": numbers(1, 3)},
    ),
    "Gemm in double precision": Foreign(
        "Flatten\nFC 3\n",
        (_FLAT, op("Gemm", "f W b", "y", transB=1)),
        {"W": numbers(3, 120).astype(np.float64), "b": numbers(3).astype(np.float64)},
        dtype=onnx.TensorProto.DOUBLE,
    ),
    "a bias added to a convolution": Foreign(
        "Conv 2 3\n", (_CONV, op("Add", "c b", "y")), {"W": numbers(2, 4, 3, 3), "b": numbers(1, 2, 1, 1)}
    ),
    "same padding, by a word": Foreign(
        "Conv 2 3 2 same bias=false\n",
        (op("Conv", "x W", "y", strides=[2, 2], auto_pad="SAME_UPPER"),),
        {"W": numbers(2, 4, 3, 3)},
    ),
    "a convolution of each channel": Foreign(
        "DWConv 3x1 multiplier=2 bias=false\n", (op("Conv", "x W", "y", group=4),), {"W": numbers(8, 1, 3, 1)}
    ),
    "a pooling that rounds up": Foreign(
        "Pool 3 2 ceil=true\n",
        (op("MaxPool", "x", "y", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1),),
        shape=(2, 6, 8),
    ),
    "a pooling whose last window would see nothing": Foreign(
        "Pool 2 3 ceil=true\n",
        (op("MaxPool", "x", "y", kernel_shape=[2, 2], strides=[3, 3], ceil_mode=1),),
        shape=(2, 6, 9),
    ),
    "a pattern beside a value that others take too": Foreign(
        "AvgPool.0: AvgPool 6x5\nFlatten.0: Flatten\nSigmoid from=@AvgPool.0\nFlatten.1: Flatten\n"
        "ReLU from=@input\nGlobalAvgPool.0: GlobalAvgPool\nConcat @Flatten.1 @GlobalAvgPool.0 from=@Flatten.0\n",
        (
            op("GlobalAveragePool", "x", "p"),
            op("Flatten", "p", "a"),
            op("Sigmoid", "p", "s"),
            op("Flatten", "s", "b"),
            op("Relu", "x", "r"),
            op("GlobalAveragePool", "r", "q"),
            op("Flatten", "q", "c"),
            op("Concat", "a b c", "y", axis=1),
        ),
    ),
    "zeros that count": Foreign(
        "Pad 1\nAvgPool 3 2\n",
        (op("AveragePool", "x", "y", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], count_include_pad=1),),
    ),
    "zeros that do not count": Foreign(
        "AvgPool 3 2 pad=1\n",
        (op("AveragePool", "x", "y", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]),),
    ),
    "a global pooling and a flattening": Foreign(
        "GlobalAvgPool\n", (op("GlobalAveragePool", "x", "p"), op("Flatten", "p", "y"))
    ),
    "a global pooling and a squeezing": Foreign(
        "GlobalMaxPool\n", (op("GlobalMaxPool", "x", "p"), op("Squeeze", "p", "y", axes=[2, 3])), opset=11
    ),
    "a global pooling by itself": Foreign("AvgPool 6x5\n", (op("GlobalAveragePool", "x", "y"),)),
    "a mean": Foreign("GlobalAvgPool\n", (op("ReduceMean", "x a", "y", keepdims=0),), {"a": whole(-1, 2)}),
    "a reshaping of what the shape says": Foreign(
        "GlobalAvgPool\nFC 2 bias=false\n",
        (
            op("GlobalAveragePool", "x", "p"),
            op("Shape", "p", "s"),
            op("Gather", "s i", "n"),
            op("Unsqueeze", "n a", "u"),
            op("Concat", "u r", "t", axis=0),
            op("Reshape", "p t", "f"),
            op("Gemm", "f W", "y"),
        ),
        {"i": np.array(0), "a": whole(0), "r": whole(-1), "W": numbers(4, 2)},
    ),
    "a reshaping that keeps the batch": Foreign("Flatten\n", (op("Reshape", "x s", "y"),), {"s": whole(0, -1)}),
    "a reshaping of one image": Foreign("Flatten\n", (op("Reshape", "x s", "y"),), {"s": whole(1, 120)}, batch=1),
    "constants as operators": Foreign(
        "Flatten\nFC 2 bias=false\n",
        (
            op("Constant", "", "w", value=onnx.numpy_helper.from_array(numbers(2, 120))),
            op("Constant", "", "p", value_ints=[-1, 120]),
            op("Transpose", "w", "t", perm=[1, 0]),
            op("Reshape", "x p", "f"),
            op("MatMul", "f t", "y"),
        ),
    ),
    "padding worked out from constants": Foreign(
        "Pad 1\n",
        (
            op("ConstantOfShape", "four", "z", value=onnx.helper.make_tensor("", onnx.TensorProto.INT64, [1], [0])),
            op("Concat", "p z", "q", axis=0),
            op("Reshape", "q two", "r"),
            op("Slice", "r begin end axes step", "v"),
            op("Transpose", "v", "t", perm=[1, 0]),
            op("Reshape", "t flat", "all"),
            op("Pad", "x all", "y"),
        ),
        {
            "four": whole(4),
            "p": whole(1, 1, 1, 1),
            "two": whole(-1, 2),
            "flat": whole(-1),
            "begin": whole(-1),
            "end": whole(-99999),
            "axes": whole(0),
            "step": whole(-1),
        },
    ),
    "swish": Foreign("SiLU\n", (op("Sigmoid", "x", "s"), op("Mul", "s x", "y"))),
    "hard swish": Foreign("HardSwish\n", (op("HardSigmoid", "x", "s", alpha=1 / 6), op("Mul", "x s", "y")), opset=13),
    "gelu": Foreign(
        "GELU\n",
        (
            op("Div", "x root", "d"),
            op("Erf", "d", "e"),
            op("Add", "e one", "a"),
            op("Mul", "x a", "m"),
            op("Mul", "m half", "y"),
        ),
        {"root": real(2**0.5), "one": real(1), "half": real(0.5)},
        opset=13,
    ),
    "gelu, half of x first": Foreign(
        "GELU\n",
        (
            op("Mul", "half x", "h"),
            op("Mul", "x root", "d"),
            op("Erf", "d", "e"),
            op("Add", "one e", "a"),
            op("Mul", "h a", "y"),
        ),
        {"root": real(0.5**0.5), "one": real(1), "half": real(0.5)},
        opset=13,
    ),
    "groups as instances": Foreign(
        "GroupNorm 2 eps=0.01\n",
        (
            op("Reshape", "x s", "r"),
            op("InstanceNormalization", "r one zero", "n", epsilon=0.01),
            op("Shape", "x", "q"),
            op("Reshape", "n q", "m"),
            op("Mul", "m g", "u"),
            op("Add", "u h", "y"),
        ),
        _INSTANCES,
        opset=17,
    ),
    "instances": Foreign(
        "GroupNorm 4\n", (op("InstanceNormalization", "x g h", "y"),), {"g": numbers(4), "h": numbers(4)}
    ),
    "all of an image": Foreign(
        "LayerNorm\n", (op("LayerNormalization", "x g", "y", axis=-3),), {"g": numbers(4, 6, 5)}
    ),
    "a normalisation that learns nothing": Foreign(
        "BatchNorm eps=0.001 affine=false\n",
        (op("BatchNormalization", "x one zero m v", "y", epsilon=0.001),),
        {"one": real(1, 1, 1, 1), "zero": real(0, 0, 0, 0), "m": numbers(4), "v": numbers(4)},
    ),
    "a shuffle": Foreign(
        "ChannelShuffle 2\n",
        (op("Reshape", "x a", "g"), op("Transpose", "g", "t", perm=[0, 2, 1, 3, 4]), op("Reshape", "t b", "y")),
        {"a": whole(-1, 2, 2, 6, 5), "b": whole(-1, 4, 6, 5)},
    ),
    "a factor of each channel": Foreign("Scale\n", (op("Mul", "g x", "y"),), {"g": numbers(4, 1, 1)}),
    "one factor": Foreign("Scale\n", (op("Mul", "x g", "y"),), {"g": real(0.5)}),
    "resizing to a size": Foreign(
        "Upsample 2x3 mode=bilinear\n",
        (op("Resize", "x - - s", "y", mode="linear"),),
        {"s": whole(2, 4, 12, 15)},
        batch=2,
    ),
    "resizing by the default rule": Foreign("Upsample 3\n", (op("Resize", "x - s", "y"),), {"s": real(1, 1, 3, 3)}),
    "upsampling as it was": Foreign("Upsample\n", (op("Upsample", "x s", "y"),), {"s": real(1, 1, 2, 2)}, opset=9),
    "dropping as it was": Foreign("Dropout 0.1\n", (op("Dropout", "x", "y", ratio=0.1),), opset=11),
    "padding as it was": Foreign("Pad 1x2\n", (op("Pad", "x", "y", pads=[0, 0, 1, 2, 0, 0, 1, 2]),), opset=9),
    "softmax as it was": Foreign("Flatten\nSoftmax\n", (_FLAT, op("Softmax", "f", "y")), opset=11),
    "a transposed convolution": Foreign(
        "ConvTranspose 3 2 2\n",
        (op("ConvTranspose", "x W", "c", strides=[2, 2]), op("Add", "c b", "y")),
        {"W": numbers(4, 3, 2, 2), "b": numbers(3, 1, 1)},
    ),
    "a residual block": Foreign(
        "ReLU.0: ReLU\nConv 4 3 1 1 bias=false\nAdd @ReLU.0\nReLU\n",
        (
            op("Relu", "x", "r"),
            op("Conv", "r W", "c", pads=[1, 1, 1, 1]),
            op("Add", "c r", "s"),
            op("Relu", "s", "y"),
        ),
        {"W": numbers(4, 4, 3, 3)},
    ),
    "a concatenation with the images": Foreign(
        "Sigmoid\nConcat @input\n", (op("Sigmoid", "x", "s"), op("Concat", "s x", "y", axis=-3))
    ),
    "what its output has no need of": Foreign("ReLU\n", (op("Erf", "x", "e"), op("Relu", "x", "y"))),
}

"""S: shapes that fit, and may still surprise."""

from __future__ import annotations

from cnndsl.diagnostics.entry import Entry

ENTRIES = (
    Entry(
        code="S205",
        severity="note",
        title="The last rows or columns of the map are dropped",
        meaning="""The window moves by its stride, and what is left over at the bottom and the right is too narrow for
            one more window: these pixels are read by none.""",
        wrong="""
            input 1x7x7
            Pool 2 2
            Flatten
            FC 10
            """,
        right="""
            input 1x8x8
            Pool 2 2
            Flatten
            FC 10
            """,
        remedy="Nothing, where the border does not matter; otherwise pad, or choose sizes that divide.",
        why="It is legal and often harmless. But a digit at the edge of its image may lose its last stroke.",
    ),
    Entry(
        code="S206",
        severity="note",
        title="Another framework would round this size up",
        meaning="""out = floor((in + 2*pad - kernel)/stride) + 1. Where the division leaves a remainder, Caffe takes
            the next larger number when it pools, and gets one row or column more. This is told where all that is left
            over is padding; else S205 is.""",
        wrong="""
            input 1x8x8
            Conv 4 3 1 1
            ReLU
            Pool 3 2 pad=1
            Flatten
            FC 10
            """,
        right="""
            input 1x8x8
            Conv 4 3 1 1
            ReLU
            Pool 2 2
            Flatten
            FC 10
            """,
        remedy="Nothing, unless you rebuild a network from there: `ceil=true` rounds as it does.",
        why="One row more in one layer, and the weights of a published network no longer fit.",
    ),
    Entry(
        code="S208",
        severity="note",
        title="A Flatten is implied",
        meaning="FC takes a vector. A map that reaches it is flattened first, in the order C, H, W.",
        wrong="""
            input 1x8x8
            Conv 4 3 1 1
            ReLU
            FC 10
            """,
        right="""
            input 1x8x8
            Conv 4 3 1 1
            ReLU
            Flatten
            FC 10
            """,
        remedy="Write `Flatten` above the FC. With `--strict` its absence is an error.",
        why="Older files leave the line out and stay valid. Written out, the jump from maps to a vector can be seen.",
    ),
    Entry(
        code="S210",
        severity="note",
        title="The padding is one wider at the bottom and the right",
        meaning="""`pad=same` makes out = ceil(in/stride). Where that takes an odd number of zeros, the odd one goes to
            the bottom or the right. This is told of even kernels, which have no centre.""",
        wrong="""
            input 1x8x8
            Conv 4 2 pad=same
            ReLU
            Flatten
            FC 10
            """,
        right="""
            input 1x8x8
            Conv 4 3 pad=same
            ReLU
            Flatten
            FC 10
            """,
        remedy="Nothing; or take an odd kernel, whose padding is even.",
        why="""TensorFlow and ONNX (SAME_UPPER) do the same. Frameworks that pad evenly shift the picture by half a
            pixel against these.""",
    ),
    Entry(
        code="S211",
        severity="warning",
        title="Convolutions on a map of one pixel",
        meaning="""The map is 1x1, and a larger kernel still slides over it: of its weights only the one in the middle
            ever meets a pixel, the others meet padding.""",
        wrong="""
            input 1x2x2
            Conv 4 3 1 1
            ReLU
            Pool 2 2
            Conv 4 3 1 1
            ReLU
            Flatten
            FC 10
            """,
        right="""
            input 1x2x2
            Conv 4 3 1 1
            ReLU
            Pool 2 2
            Conv 4 1
            ReLU
            Flatten
            FC 10
            """,
        remedy="Use a 1x1 kernel there, or shrink the map later.",
        why="Eight of nine weights are stored and multiplied with zero, and are never trained.",
    ),
)

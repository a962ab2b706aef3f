"""S: shapes that do not fit together."""

from __future__ import annotations

from cnndsl.diagnostics.entry import Entry, Example

ENTRIES = (
    Entry(
        code="S200",
        severity="error",
        title="Nothing says what the images are",
        meaning="""Without the shape of the input, no layer's shape is known. It comes from an `input` line, from the
            data set, or from the caller. `cnndsl check` never lacks one: it tries each built-in data set.""",
        wrong=Example(
            """
            Flatten
            FC 10
            """,
            command="python -c 'from cnndsl import compile_model; compile_model(\"model.txt\")'",
        ),
        right="""
            input 1x8x8
            Flatten
            FC 10
            """,
        remedy="""Add a first line such as `input 3x32x32` (channels x height x width), or give `compile_model(...,
            input_shape=(3, 32, 32))`.""",
        why="How many weights the first layer has depends on the channels of the images.",
    ),
    Entry(
        code="S201",
        severity="error",
        title="The kernel is larger than its input",
        meaning="""The window has to lie inside the padded map: kernel <= size + 2*pad in each direction. The message
            shows the layer that made the map so small.""",
        wrong="""
            input 1x8x8
            Conv 4 5 1 2
            ReLU
            Pool 2 2
            Conv 8 5
            ReLU
            Flatten
            FC 10
            """,
        right="""
            input 1x8x8
            Conv 4 5 1 2
            ReLU
            Pool 2 2
            Conv 8 3
            ReLU
            Flatten
            FC 10
            """,
        remedy="Add padding, take a smaller kernel, or remove a Pool or a stride above.",
        why="""Each Pool 2 2 halves the map: of 32x32 there is 1x1 left after five. How deep a network can go is a
            question of how fast it shrinks.""",
    ),
    Entry(
        code="S202",
        severity="error",
        title="The output would have no pixel",
        meaning="By the layer's formula the output would be 0 high or 0 wide, or less.",
        wrong="""
            input 1x2x2
            ConvTranspose 4 1 1 1
            ReLU
            Flatten
            FC 10
            """,
        right="""
            input 1x2x2
            ConvTranspose 4 3 1 1
            ReLU
            Flatten
            FC 10
            """,
        remedy="Cut less off with `pad`, take a larger kernel, or start from larger images.",
        why="""(2 - 1)*1 - 2*1 + 1 is 0: an empty map. It is told of the layer that makes it; each layer below would
            otherwise fail for a reason of its own.""",
    ),
    Entry(
        code="S203",
        severity="error",
        title="The input shape is not channels x height x width",
        meaning="""`input` takes three numbers, channels first. A last number of 1, 3 or 4 after two equal larger ones
            looks like channels last.""",
        wrong="""
            input 32x32x3
            Conv 4 3 1 1
            ReLU
            Flatten
            FC 10
            """,
        right="""
            input 3x32x32
            Conv 4 3 1 1
            ReLU
            Flatten
            FC 10
            """,
        remedy="Put the channels first: 1 for grey images, 3 for colour.",
        why="""Both orders are in use. Read the wrong way, the network slides along the colours, trains without an
            error, and learns little.""",
    ),
    Entry(
        code="S204",
        severity="error",
        title="Branches that are joined have different shapes",
        meaning="`Add` and `residual` need equal shapes on all paths; `Concat` needs equal height and width.",
        wrong="""
            input 4x8x8
            residual { Conv 8 3 1 1 }
            ReLU
            Flatten
            FC 10
            """,
        right="""
            input 4x8x8
            residual { Conv 4 3 1 1 }
            ReLU
            Flatten
            FC 10
            """,
        remedy="""Give the paths equal channels and strides, or write `residual shortcut=auto`, which puts a 1x1 Conv
            into the shortcut where the shapes differ.""",
        why="A sum goes value by value; there must be a partner for each.",
    ),
    Entry(
        code="S207",
        severity="error",
        title="A layer for maps gets a vector",
        meaning="""Flatten and FC give a vector: a row of numbers without height and width. A layer with a window needs
            a map.""",
        wrong="""
            input 1x8x8
            Flatten
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
        remedy="Move the layer above Flatten and the first FC.",
        why="A convolution uses that neighbours belong together. In a vector nobody knows who was whose neighbour.",
    ),
    Entry(
        code="S209",
        severity="error",
        title="The groups do not divide the channels",
        meaning="`groups` cuts the channels into equal parts, and each is worked on alone.",
        wrong="""
            input 16x8x8
            Conv 12 3 1 1 groups=3
            ReLU
            Flatten
            FC 10
            """,
        right="""
            input 16x8x8
            Conv 12 3 1 1 groups=4
            ReLU
            Flatten
            FC 10
            """,
        remedy="Take a number that divides the channels of the input, and of the output of a Conv.",
        why="With 3 parts of 16 channels one channel would be left over.",
    ),
)

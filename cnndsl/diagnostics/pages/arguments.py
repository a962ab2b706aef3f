"""A: what a layer is given."""

from __future__ import annotations

from cnndsl.diagnostics.entry import Entry

ENTRIES = (
    Entry(
        code="A101",
        severity="error",
        title="Too few or too many values",
        meaning="""A layer takes its values in a fixed order, and those without a default must be given. The message
            says how many, and which are missing.""",
        wrong="""
            input 1x8x8
            Conv 4
            ReLU
            Flatten
            FC 10
            """,
        right="""
            input 1x8x8
            Conv 4 3
            ReLU
            Flatten
            FC 10
            """,
        remedy="Give what is missing; `cnndsl layers Conv` shows the order and the defaults.",
        why="No kernel is the usual one: whether 3 or 5 is meant changes every shape below.",
    ),
    Entry(
        code="A102",
        severity="error",
        title="The layer has no such argument",
        meaning="The name before `=` is not one of this layer's.",
        wrong="""
            input 1x8x8
            Conv 4 3 padding=1
            ReLU
            Flatten
            FC 10
            """,
        right="""
            input 1x8x8
            Conv 4 3 pad=1
            ReLU
            Flatten
            FC 10
            """,
        remedy="Use one of the names that the hint lists.",
        why="An argument that is ignored silently looks as if it worked.",
    ),
    Entry(
        code="A103",
        severity="error",
        title="A value is outside what the argument takes",
        meaning="A count, a kernel or a stride is at least 1, a padding at least 0; none is beyond all reason.",
        wrong="""
            input 1x8x8
            Conv 4 3 0
            ReLU
            Flatten
            FC 10
            """,
        right="""
            input 1x8x8
            Conv 4 3 1
            ReLU
            Flatten
            FC 10
            """,
        remedy="Write a value in the range that the message names.",
        why="The stride is how far the window moves. With 0 it would never reach the other side.",
    ),
    Entry(
        code="A104",
        severity="error",
        title="An argument is given twice",
        meaning="Once by its position and once by its name, or twice by name.",
        wrong="""
            input 1x8x8
            Conv 4 5 kernel=3
            ReLU
            Flatten
            FC 10
            """,
        right="""
            input 1x8x8
            Conv 4 kernel=3
            ReLU
            Flatten
            FC 10
            """,
        remedy="Keep one.",
        why="Which of the two is meant cannot be known, and the later one is no better a guess than the earlier.",
    ),
    Entry(
        code="A105",
        severity="error",
        title="A number is written as text",
        meaning="Quotes make a value text, whatever stands between them.",
        wrong="""
            input 1x8x8
            Flatten
            FC 10
            train {
              optimizer = adam(lr="1e-3")
              seed = 7
            }
            """,
        right="""
            input 1x8x8
            Flatten
            FC 10
            train {
              optimizer = adam(lr=1e-3)
              seed = 7
            }
            """,
        remedy="Remove the quotes. `1e-3` is always a number here.",
        why="""Some formats read `1e-3` as text and `1.0e-3` as a number, which has cost many a night; so the
            difference is said aloud.""",
    ),
    Entry(
        code="A106",
        severity="error",
        title="A value of the wrong sort",
        meaning="A whole number, a size, a word or a switch is expected, and something else is given.",
        wrong="""
            input 1x8x8
            Conv 4.0 3
            ReLU
            Flatten
            FC 10
            """,
        right="""
            input 1x8x8
            Conv 4 3
            ReLU
            Flatten
            FC 10
            """,
        remedy="Write the sort of value that the message names: `4`, `5x3`, `true`.",
        why="""Half a filter does not exist. A fraction where a count belongs is a slip, often a shifted column of
            values.""",
    ),
    Entry(
        code="A107",
        severity="error",
        title="A share is not between 0 and 1",
        meaning="""A probability or share is a number from 0 to 1. Dropout's `p` is the share of values that is
            dropped, so 1 itself would drop everything.""",
        wrong="""
            input 1x8x8
            Flatten
            FC 20
            ReLU
            Dropout 50
            FC 10
            """,
        right="""
            input 1x8x8
            Flatten
            FC 20
            ReLU
            Dropout 0.5
            FC 10
            """,
        remedy="Write a per cent as a fraction: 50 % is `0.5`.",
        why="What is kept is scaled up by 1/(1 - p) in training; with p of 1 or more that has no meaning.",
    ),
    Entry(
        code="A108",
        severity="warning",
        title="The padding is as wide as the kernel",
        meaning="""With `pad` of at least the kernel, the windows at the border see zeros only: their outputs are the
            bias, whatever the image.""",
        wrong="""
            input 1x8x8
            Conv 4 3 1 3
            ReLU
            Flatten
            FC 10
            """,
        right="""
            input 1x8x8
            Conv 4 3 1 1
            ReLU
            Flatten
            FC 10
            """,
        remedy="For an odd kernel k and stride 1, `pad=(k-1)/2` keeps the size: 1 for 3, 2 for 5.",
        why="Constant borders cost arithmetic, here and in each layer behind, and tell nothing.",
    ),
)

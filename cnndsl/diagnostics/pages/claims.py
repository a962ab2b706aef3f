"""Q: what the file claims about its network. L: style."""

from __future__ import annotations

from cnndsl.diagnostics.entry import Entry, Example

ENTRIES = (
    Entry(
        code="Q701",
        severity="error",
        title="The network is larger than the file claims",
        meaning="A claim of the `require` section about a sum, such as `params` or `macs`, does not hold.",
        wrong="""
            input 1x8x8
            Flatten
            FC 10
            require { params < 500 }
            """,
        right="""
            input 1x8x8
            Flatten
            FC 10
            require { params < 1_000 }
            """,
        remedy="Make the layer smaller that the message names as the largest, or mend the claim.",
        why="""A budget that is checked before training costs nothing to keep. The first FC after Flatten mostly holds
            most of the parameters: inputs times outputs.""",
    ),
    Entry(
        code="Q702",
        severity="error",
        title="Another claim of the file does not hold",
        meaning="""A claim of the `require` section about what the network sees or gives, such as `receptive_field`,
            fails.""",
        wrong="""
            input 1x8x8
            Conv 4 3 1 1
            ReLU
            Flatten
            FC 10
            require { receptive_field >= 5 }
            """,
        right="""
            input 1x8x8
            Conv 4 3 1 1
            ReLU
            Conv 4 3 1 1
            ReLU
            Flatten
            FC 10
            require { receptive_field >= 5 }
            """,
        remedy="""For a larger receptive field add a Conv, a Pool or a stride above; each stride doubles what later
            kernels see.""",
        why="""A value of the last map cannot depend on what lies outside its receptive field: it is blind to larger
            shapes.""",
    ),
    Entry(
        code="L801",
        severity="style",
        title="The line can be written more plainly",
        meaning="The line is right and not in the form that the formatter writes, or it defines what nothing uses.",
        wrong=Example(
            """
            input 1x8x8
            conv 4 3 1 1
            ReLU
            Flatten
            FC 10
            """,
            command="fmt --check model.txt",
        ),
        right="""
            input 1x8x8
            Conv 4 3 1 1
            ReLU
            Flatten
            FC 10
            """,
        remedy="`cnndsl fmt` writes the canonical form; `cnndsl fmt --check` says what is not in it.",
        why="Files in one form differ where the networks differ, and nowhere else.",
    ),
)

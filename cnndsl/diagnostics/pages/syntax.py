"""P: what a line may look like."""

from __future__ import annotations

from cnndsl.diagnostics.entry import Entry

ENTRIES = (
    Entry(
        code="P001",
        severity="error",
        title="Something stands where it cannot stand",
        meaning="""The line is not of the form `[label:] Layer values name=value`: there is a comma, a bracket, a
            character from another alphabet, or a value is missing.""",
        wrong="""
            input 1x8x8
            Conv 4, 3, 1, 1
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
        remedy="""Separate values by spaces, put values without a name before the first `name=value`, and write sizes
            without spaces and with a small x: `5x3`.""",
        why="""A line has one reading only. A checker that guessed what a comma was meant to be would build a network
            that the file does not show.""",
    ),
    Entry(
        code="P002",
        severity="error",
        title="A bracket is never closed",
        meaning="A `{`, `(` or `[` has no partner. The message names the line that opened it.",
        wrong="""
            input 1x8x8
            repeat 2 {
              Conv 4 3 1 1
              ReLU
            Flatten
            FC 10
            """,
        right="""
            input 1x8x8
            repeat 2 {
              Conv 4 3 1 1
              ReLU
            }
            Flatten
            FC 10
            """,
        remedy="Add the closing bracket where the body ends.",
        why="Which layers are repeated depends on where the body ends; only the author knows.",
    ),
    Entry(
        code="P003",
        severity="error",
        title="A merge conflict is left in the file",
        meaning="""A line starts with `<<<<<<<`, `=======` or `>>>>>>>`: version control has put two versions of these
            lines into the file and left the choice to you.""",
        wrong="""
            input 1x8x8
            <<<<<<< ours
            Conv 4 3 1 1
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
        remedy="Keep the lines that you want and delete the others and the markers.",
        why="Both versions are layers; stacking them would be a legal network that nobody designed.",
    ),
    Entry(
        code="P004",
        severity="error",
        title="A comment starts with the wrong sign",
        meaning="`//` starts a comment in other languages. Here it is `#`.",
        wrong="""
            input 1x8x8
            Conv 4 3 1 1  // keeps 8x8
            ReLU
            Flatten
            FC 10
            """,
        right="""
            input 1x8x8
            Conv 4 3 1 1  # keeps 8x8
            ReLU
            Flatten
            FC 10
            """,
        remedy="Write `#`.",
        why="One sign for comments means that no value can be mistaken for one.",
    ),
    Entry(
        code="P005",
        severity="error",
        title="This is no model file",
        meaning="""The file is empty, has no layer line, is not UTF-8 text (a picture, saved weights, a pickle), or is
            far larger than a description of a network can be.""",
        wrong="""
            # Conv 4 3 1 1
            """,
        right="""
            input 1x8x8
            Conv 4 3 1 1
            ReLU
            Flatten
            FC 10
            """,
        remedy="Name the text file with the layers; save it as UTF-8 if an editor has chosen another encoding.",
        why="A network without layers gives back its input. That is more likely a wrong path than a wish.",
    ),
    Entry(
        code="P006",
        severity="error",
        title="The file is written for a newer version",
        meaning="`version` says which edition of the language the file is written in; this one is unknown here.",
        wrong="""
            version 3
            input 1x8x8
            Conv 4 3 1 1
            ReLU
            Flatten
            FC 10
            """,
        right="""
            version 1
            input 1x8x8
            Conv 4 3 1 1
            ReLU
            Flatten
            FC 10
            """,
        remedy="Upgrade cnndsl, or write the file without what newer versions brought.",
        why="A line may mean something else in another edition; reading it anyway would give another network.",
    ),
)

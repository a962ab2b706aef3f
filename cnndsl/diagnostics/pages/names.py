"""N: names of layers, labels, variables and blocks."""

from __future__ import annotations

from cnndsl.diagnostics.entry import Entry, Example

ENTRIES = (
    Entry(
        code="N010",
        severity="error",
        title="No layer has this name",
        meaning="The first word of the line is neither a layer nor a block that the file defines above.",
        wrong="""
            input 1x8x8
            Cnv 4 3 1 1
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
        remedy="Correct the spelling; `cnndsl layers` lists every name. Capitals do not matter.",
        why="A layer that is skipped silently still trains, to worse results and without a word.",
    ),
    Entry(
        code="N011",
        severity="error",
        title="Two layers on one line",
        meaning="Among the values of a layer stands the name of another one.",
        wrong="""
            input 1x8x8
            Conv 4 3 1 1 ReLU
            Flatten
            FC 10
            """,
        right="""
            input 1x8x8
            Conv 4 3 1 1; ReLU
            Flatten
            FC 10
            """,
        remedy="Give each layer its line, or write `;` between them.",
        why="""A word is a legal value, as in `mode=max`, so the line could be read as a Conv with an odd argument; it
            is refused and not guessed.""",
    ),
    Entry(
        code="N012",
        severity="error",
        title="A label is used twice",
        meaning="A label names one layer: its parameters in saved files, and its value for `@label`.",
        wrong="""
            input 1x8x8
            stem: Conv 4 3 1 1
            stem: ReLU
            Flatten
            FC 10
            """,
        right="""
            input 1x8x8
            stem: Conv 4 3 1 1
            tap: ReLU
            Flatten
            FC 10
            """,
        remedy="Choose another label. Inside `repeat` each pass gets its own number by itself.",
        why="With two owners of a name, saved weights would land in the wrong layer.",
    ),
    Entry(
        code="N013",
        severity="error",
        title="A reference to a label that is not above",
        meaning="`@name` is the value of the layer labelled `name`, which must stand above this line.",
        wrong="""
            input 1x8x8
            stem: Conv 4 3 1 1
            ReLU
            Concat @stemm
            Flatten
            FC 10
            """,
        right="""
            input 1x8x8
            stem: Conv 4 3 1 1
            ReLU
            Concat @stem
            Flatten
            FC 10
            """,
        remedy="Correct the label, or move the layer above the line that refers to it. `@input` is always there.",
        why="""Values flow downwards. As references point upwards only, no file can describe a loop, and the order of
            the lines is an order of computation.""",
    ),
    Entry(
        code="N014",
        severity="error",
        title="A layer is referred to by a number",
        meaning="Connections go by label, never by the position of a line.",
        wrong="""
            input 1x8x8
            Conv 4 3 1 1
            ReLU
            Concat from=-2
            Flatten
            FC 10
            """,
        right="""
            input 1x8x8
            stem: Conv 4 3 1 1
            ReLU
            Concat @stem
            Flatten
            FC 10
            """,
        remedy="Label the layer that you mean, and write `@label`.",
        why="Insert one line, and every number below it means another layer. A label stays with its layer.",
    ),
    Entry(
        code="N015",
        severity="error",
        title="A variable is not defined here",
        meaning="""`$name` is set by `let` above, by a parameter of the block around it, or by `as` of the `repeat`
            around it. None of these sets this one.""",
        wrong="""
            input 1x8x8
            block Thin(ch) { Conv $ch 3 1 1; ReLU }
            Thin 4
            Conv $ch 3 1 1
            ReLU
            Flatten
            FC 10
            """,
        right="""
            let ch = 4
            input 1x8x8
            Conv $ch 3 1 1
            ReLU
            Flatten
            FC 10
            """,
        remedy="Add `let name = value` above, or hand the value to the block as an argument.",
        why="""A block sees its own parameters and nothing that happens to be set where it is called: it reads the same
            everywhere.""",
    ),
    Entry(
        code="N016",
        severity="error",
        title="A block or a file contains itself",
        meaning="Following the calls of a block, or the includes of a file, leads back to where it started.",
        wrong="""
            input 1x8x8
            block Basic { Conv 4 3 1 1; ReLU; Basic }
            Basic
            Flatten
            FC 10
            """,
        right="""
            input 1x8x8
            block Basic { Conv 4 3 1 1; ReLU }
            repeat 2 { Basic }
            Flatten
            FC 10
            """,
        remedy="Break the circle; for several copies write `repeat`.",
        why="A block is replaced by its body. One that contains itself would never be finished.",
    ),
    Entry(
        code="N017",
        severity="error",
        title="A block takes the name of a layer",
        meaning="The name of a block is already that of a built-in layer or of one of its aliases.",
        wrong="""
            input 1x8x8
            block Conv(ch) { FC $ch; ReLU }
            Conv 4
            FC 10
            """,
        right=Example("""
            input 1x8x8
            block Hidden(ch) { FC $ch; ReLU }
            Flatten
            Hidden 4
            FC 10
            """),
        remedy="Choose another name.",
        why="Whoever reads `Conv 4` must be able to know what it is without reading the whole file.",
    ),
)

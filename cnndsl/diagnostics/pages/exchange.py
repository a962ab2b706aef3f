"""X: networks in other programs' formats. None can be provoked by a model file alone."""

from __future__ import annotations

from cnndsl.diagnostics.entry import Entry

ENTRIES = (
    Entry(
        code="X901",
        severity="error",
        title="The model does what the language has no layer for",
        meaning="""Some operators of the model, or what they are asked for, have no counterpart. All of them are named,
            with their nodes and the reason.""",
        remedy="""Export the model again without them, or for images of one size; or end it before them. docs/onnx.md
            lists what can be read.""",
        why="A file that leaves an operator out is another network, and nobody would notice.",
    ),
    Entry(
        code="X902",
        severity="error",
        title="The package for this format is not installed",
        meaning="ONNX files are written and read with the package `onnx`, which training and checking do without.",
        remedy="Install it: `pip install cnndsl[onnx]`.",
        why="Few need it, and it is larger than all of this project.",
    ),
    Entry(
        code="X903",
        severity="error",
        title="The network cannot be exported so",
        meaning="""A layer of your own has no form in ONNX, nothing says how images were standardised, or the weights
            are larger than a file of that format can be.""",
        remedy="Do what the hint says; `--with-preprocessing` needs a run, which knows its images.",
        why="A model that other programs run differently is worse than none.",
    ),
)

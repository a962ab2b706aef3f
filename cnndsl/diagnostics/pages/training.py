"""T: what shows while a network trains."""

from __future__ import annotations

from cnndsl.diagnostics.entry import Entry, Example

_NET = """
Flatten
FC 20
ReLU
FC 10
Softmax
"""
_BRIEF = "compile-and-train model.txt --train 40 --valid 10 --test 10"

ENTRIES = (
    Entry(
        code="T601",
        severity="error",
        title="The loss is no number any more",
        meaning="""A loss or a gradient became infinite or NaN (not a number). The message says where and when it was
            seen first.""",
        wrong=Example(_NET, f"{_BRIEF} --epochs 2 --optimizer sgd --lr 1e30"),
        right=Example(_NET, f"{_BRIEF} --epochs 2 --optimizer sgd --lr 0.01"),
        remedy="Lower the learning rate, ten times to begin with; limit the gradient with `clip = norm(1)`.",
        why="""A step that is too long lands where the loss is larger, the next step is longer still: within a few
            steps the weights leave what 32 bits can hold. From NaN no step leads back.""",
    ),
    Entry(
        code="T602",
        severity="warning",
        title="Nothing is learnt",
        meaning="""The loss stayed where guessing puts it for a whole epoch: with cross-entropy at ln(classes), 2.3026
            for ten.""",
        wrong=Example(_NET.replace("20", "20 init=zeros"), f"{_BRIEF} --epochs 1 --lr 1e-5"),
        right=Example(_NET, f"{_BRIEF} --epochs 1 --lr 0.01"),
        remedy="""Try ten times the learning rate, or a tenth; look whether the ReLUs give anything but 0, and whether
            weights start at 0.""",
        why="""A ReLU whose input is negative for every image, or 0, has gradient 0 and never recovers. When a layer is
            full of these, nothing above it is told anything.""",
    ),
    Entry(
        code="T603",
        severity="error",
        title="The weights are of another network",
        meaning="""Names or shapes in the file of weights are not those of the model file. The first difference is
            named.""",
        remedy="Use the model file that the weights were trained with; its text is in the manifest of the run.",
        why="Weights mean something in their place only. In another network they are numbers.",
    ),
    Entry(
        code="T604",
        severity="error",
        title="The saved network does not score what was logged",
        meaning="""After training, the best epoch is loaded again and evaluated. It must give its logged scores to the
            last digit, and did not.""",
        remedy="This is a bug of cnndsl, not of the model file: please report it with the manifest of the run.",
        why="A table of results is worth something if the file beside it gives them again.",
    ),
    Entry(
        code="T605",
        severity="note",
        title="A class without samples counts as 0",
        meaning="""A class neither occurs among the images nor was predicted; its F1, 0 divided by 0, counts as 0 in
            the macro average, as in scikit-learn.""",
        wrong=Example(_NET, "compile-and-train model.txt --train 40 --valid 10 --test 5 --epochs 1"),
        right=Example(_NET, f"{_BRIEF} --epochs 1"),
        remedy="Evaluate on enough images of each class.",
        why="One of ten classes at 0 costs the macro F1 a tenth, whatever the network can do.",
    ),
)

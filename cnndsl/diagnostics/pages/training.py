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
    Entry(
        code="T606",
        severity="error",
        title="The folder belongs to a run that is going on",
        meaning="Another process trains into this folder; the message says which, and since when.",
        remedy="Name another folder with `--out`, or wait until the other run is over.",
        why="Two runs in one folder would write over each other's checkpoints, and neither could go on from them.",
    ),
    Entry(
        code="T607",
        severity="error",
        title="There is not enough memory to train this",
        meaning="""What the parameters, their gradients, the optimiser's state, the images and a batch's values need is
            estimated from the shapes, and is more than is free. The layer that asks most is named.""",
        wrong=Example(_NET.replace("FC 20", "FC 1_000_000\nReLU\nFC 1_000_000"), f"{_BRIEF} --epochs 1"),
        right=Example(_NET, f"{_BRIEF} --epochs 1"),
        remedy="Make that layer smaller, or the batch; `--force` trains all the same.",
        why="""A machine that runs out of memory ends some program, not always this one, or comes to a crawl long
            before that.""",
    ),
    Entry(
        code="T608",
        severity="warning",
        title="The rest of the run will have other last digits",
        meaning="""A run goes on where its numbers cannot be those of a run that never stopped: on another machine or
            with other libraries, which are named, or for another number of epochs than its schedule was made for.""",
        remedy="Nothing, if equal bits do not matter; else go on where the run was begun, or begin it anew.",
        why="Sums of floating-point numbers depend on their order, and each processor has its own.",
    ),
    Entry(
        code="T609",
        severity="error",
        title="The checkpoint is of another run",
        meaning="It is of another network, other images or other settings. The first difference is named.",
        remedy="""Give the file and the options that the run was begun with. The number of epochs and of processes may
            be another one.""",
        why="A run that goes on under other settings is neither the one nor the other, and nobody could repeat it.",
    ),
    Entry(
        code="T610",
        severity="warning",
        title="The log cannot be written",
        meaning="""There is no room for events.jsonl, history.csv or TensorBoard's curves. Training goes on; the history
            is in each checkpoint as well, and is written again at the end.""",
        remedy="Make room on the disk.",
        why="To lose the notes of a run is a pity, to lose the run a waste.",
    ),
    Entry(
        code="T611",
        severity="note",
        title="A run before this one did not end by itself",
        meaning="Its lock is still in the folder, but its process is gone: it was killed, or the machine went down.",
        remedy="Add `--resume auto` if that run is to go on; there is nothing to remove.",
        why="What is in the folder is from that run, and will be replaced once this one has an epoch to show.",
    ),
    Entry(
        code="T612",
        severity="warning",
        title="A damaged checkpoint was passed over",
        meaning="Its content does not match its checksum, or it is no whole file. The one before it was taken.",
        remedy="Nothing: the steps in between are done again. If it happens again, look at the disk.",
        why="A checkpoint takes its name when it is whole, so that this is the work of a disk, or of somebody.",
    ),
    Entry(
        code="T613",
        severity="error",
        title="The run came out otherwise when it was repeated",
        meaning="`cnndsl replay` trained again what the manifest says, and not every number was the same.",
        remedy="Look at the list: other versions or another processor explain it. If neither is, please report it.",
        why="A result that cannot be repeated cannot be examined.",
    ),
    Entry(
        code="T614",
        severity="warning",
        title="The images are not those of the run",
        meaning="""The data set has the name of the run's, but the images drawn from it have another hash than those
            that the run was trained and tested on.""",
        remedy="Name the folder with the files that were used: `--data-dir`.",
        why="""Of other files the same draw is of other images. Those that the run was trained on may then be among
            those that it is tested on.""",
    ),
)

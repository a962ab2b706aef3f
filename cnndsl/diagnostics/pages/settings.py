"""C: settings, in the file's sections and on the command line."""

from __future__ import annotations

from cnndsl.diagnostics.entry import Entry, Example

_NET = """
input 1x8x8
Flatten
FC 10
"""
_TRAINED = """
Flatten
FC 10
"""
_RUN = "compile-and-train model.txt --train 10 --valid 10 --test 10"


def _train(*lines: str) -> str:
    """A small network with a ``train`` section of these lines."""
    return "\n".join([_NET.strip(), "train {", *(f"  {line}" for line in lines), "}"])


ENTRIES = (
    Entry(
        code="C401",
        severity="error",
        title="There is no such setting",
        meaning="A key of a section, or a name that one of its values takes, is unknown.",
        wrong=_train("optimiser = adam(lr=1e-3)", "epoch = 10", "seed = 7"),
        right=_train("optimizer = adam(lr=1e-3)", "epochs = 10", "seed = 7"),
        remedy="Use one of the names that the hint lists.",
        why="A misspelt setting that is ignored leaves the default in force, and the experiment is not what you noted.",
    ),
    Entry(
        code="C402",
        severity="error",
        title="A setting is given twice",
        meaning="The same key, or the `input` line, stands in the file twice.",
        wrong="""
            input 1x8x8
            input 3x32x32
            Flatten
            FC 10
            """,
        right="""
            input 1x8x8
            Flatten
            FC 10
            """,
        remedy="Keep one.",
        why="Whether the first or the last counts differs from program to program; here neither does.",
    ),
    Entry(
        code="C403",
        severity="error",
        title="The worst epoch would be kept",
        meaning="`select` asks for the minimum of a metric that is better the larger it is, or the other way round.",
        wrong=_train("select = min(valid.macro_f1)", "seed = 7"),
        right=_train("select = best(valid.macro_f1)", "seed = 7"),
        remedy="Write `best(...)`: the direction comes from the metric.",
        why="""It has happened: a network with a validation F1 of 0.857 was published with one of 0.2025, because its
            worst epoch had been saved.""",
    ),
    Entry(
        code="C404",
        severity="error",
        title="A step of the schedule is never reached",
        meaning="The learning rate is to change after the last epoch.",
        wrong=_train("epochs = 10", "schedule = step(every=120)", "seed = 7"),
        right=_train("epochs = 10", "schedule = step(every=4)", "seed = 7"),
        remedy="Lower the epoch of the step, or train for longer. Schedules count epochs, not steps.",
        why="The schedule that was meant to help is not there, and nothing else would say so.",
    ),
    Entry(
        code="C405",
        severity="warning",
        title="No seed: the run cannot be repeated exactly",
        meaning="Initial weights, order of the images and dropout come from a seed that is drawn anew for each run.",
        wrong=_train("epochs = 10"),
        right=_train("epochs = 10", "seed = 7"),
        remedy="Add `seed = 7`, or any number. The one that was drawn is in the manifest of the run.",
        why="""Two runs that differ in nothing but their seed have different results. Whether a setting is better, or
            was lucky, shows only between equal seeds, or over many.""",
    ),
    Entry(
        code="C406",
        severity="error",
        title="The learning rate is out of all proportion",
        meaning="The learning rate is zero, negative, not finite, or far from what its optimiser can use.",
        wrong=Example(_TRAINED, f"{_RUN} --lr 0"),
        right=Example(_TRAINED, f"{_RUN} --epochs 1"),
        remedy="Start from 1e-3 for adam, 1e-2 to 1e-1 for sgd with momentum.",
        why="""Steps that are far too large throw the weights about until they are no numbers; far too small ones go
            nowhere.""",
    ),
    Entry(
        code="C407",
        severity="error",
        title="A setting is out of its range",
        meaning="Numbers of images, epochs, and of images in a batch are 1 or more.",
        wrong=Example(_TRAINED, f"{_RUN} --epochs 0"),
        right=Example(_TRAINED, f"{_RUN} --epochs 1"),
        remedy="Write a number in the range that the message names.",
        why="Training on nothing, or for no time, would end in results that look like those of a run.",
    ),
    Entry(
        code="C409",
        severity="error",
        title="A setting is of another network",
        meaning="""A pattern in `paths` matches no parameter, the loss has weights for another number of classes than
            the network has outputs, or a metric such as `top_10` is about more classes than it tells apart.""",
        wrong=_train('paths = [frozen("stem/*")]', "seed = 7"),
        right=_train('paths = [frozen("FC.0/*")]', "seed = 7"),
        remedy="""Parameters are called by the path of their layer, where a label stands for what has one, and their own
            name: `stem/Conv.0/W`. `cnndsl expand` shows the paths.""",
        why="A part that was to stay as it is would be trained, and nothing in the results would say so.",
    ),
    Entry(
        code="C410",
        severity="error",
        title="Augmented images do not have the size that the network takes",
        meaning="""The lines of `augment` are applied in their order, and Pad and RandomCrop change the size. What comes
            out of the last one is what the network is trained on, and it is tested on images as they are.""",
        wrong="""
            input 1x8x8
            Flatten
            FC 10
            augment { Pad 1 }
            """,
        right="""
            input 1x8x8
            Flatten
            FC 10
            augment {
              Pad 1
              RandomCrop 8
            }
            """,
        remedy="End with a RandomCrop of the network's size, and let a Pad before it give it places to choose from.",
        why="""The last map is flattened into as many numbers as FC has weights for: of a larger image there would be
            more.""",
    ),
)

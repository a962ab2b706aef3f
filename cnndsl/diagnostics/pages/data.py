"""D: data sets and the files that they come in."""

from __future__ import annotations

from math import prod

from cnndsl.diagnostics.entry import Entry, Example

_NET = """
Flatten
FC 10
Softmax
"""
_LONELY = "Flatten\nFC 20 bias=false\nBatchNorm\nReLU\nFC 10"
_BRIEF = "--train 10 --valid 10 --test 10 --epochs 1"
_NAMES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


def _run(options: str = "", text: str = _NET, files: tuple[tuple[str, str], ...] = ()) -> Example:
    """A short run, on the bundled images where no option says otherwise."""
    return Example(text, f"compile-and-train model.txt {_BRIEF} {options}".strip(), files)


def _with_files(images: str, labels: str) -> Example:
    """A short run on a folder of MNIST's form, with these bytes in its files."""
    files = zip((f"mnist/{name}" for name in _NAMES), (images, labels) * 2, strict=True)
    return _run("--data-dir mnist", files=tuple(files))


def _idx(*sizes: int, values: str = "") -> str:
    """The bytes of an IDX file, all of them below 128: a magic number, the sizes, the values."""
    header = f"\0\0\x08{chr(len(sizes))}" + "".join(f"\0\0\0{chr(size)}" for size in sizes)
    return header + (values or "\0" * prod(sizes))


ENTRIES = (
    Entry(
        code="D501",
        severity="error",
        title="The network's outputs are not the classes of the data",
        meaning="The last layer must give one number for each class.",
        wrong=_run(text="Flatten\nFC 7\nSoftmax"),
        right=_run(),
        remedy="Give the last FC as many outputs as there are classes.",
        why="Labels are places in the output: a label of 9 needs a tenth place.",
    ),
    Entry(
        code="D502",
        severity="error",
        title="The labels do not start at 0",
        meaning="Classes are numbered from 0; these labels run from 1.",
        wrong=_with_files(_idx(40, 28, 28), _idx(40, values="".join(map(chr, range(1, 11))) * 4)),
        right=_run(),
        remedy="Write `label_base = 1` in `data`, or subtract 1 from each label.",
        why="Shifted by one, the last class has no output and the first one no image.",
    ),
    Entry(
        code="D503",
        severity="error",
        title="A file or data set is not to be had",
        meaning="""The path is missing, unreadable or no regular file, or the data set is unknown or cannot be
            downloaded.""",
        wrong=Example(_NET, command="check modle.txt"),
        right=Example(_NET),
        remedy="""Correct the path; put the official files into a folder and name it with `--data-dir`; or use the
            bundled MNIST images, which need no download.""",
        why="Everything else starts from these files; nothing is made up in their place.",
    ),
    Entry(
        code="D504",
        severity="error",
        title="More images are asked for than there are",
        meaning="The parts are drawn without overlap and, where balanced, with equal shares of each class.",
        wrong=_with_files(_idx(2, 28, 28), _idx(2)),
        right=_run(),
        remedy="Lower the sizes to what the hint allows.",
        why="An image in two parts would let the network be tested on what it has learnt by heart.",
    ),
    Entry(
        code="D505",
        severity="warning",
        title="The last batch holds one image",
        meaning="BatchNorm normalises by the variance within the batch, and one image has none behind an FC.",
        wrong=f"{_LONELY}\ndata {{ name = mnist; train = 10 }}\ntrain {{ batch = 3; seed = 1 }}",
        right=f"{_LONELY}\ndata {{ name = mnist; train = 10 }}\ntrain {{ batch = 5; seed = 1 }}",
        remedy="Choose another batch size, or `drop_last = true`.",
        why="A variance of 0 makes every value of that batch the same, and the step trains on nothing.",
    ),
    Entry(
        code="D506",
        severity="error",
        title="Augmentation of images that are not trained on",
        meaning="`augment` changes training images, and an entry asks it to change others.",
        wrong=f"{_NET}\naugment {{ RandomCrop 28 split=test }}",
        right=f"{_NET}\naugment {{ RandomCrop 28 }}",
        remedy="Remove what names the other split.",
        why="Results on altered test images are results on another task, and nobody else's can be compared with them.",
    ),
    Entry(
        code="D507",
        severity="warning",
        title="Pixels from 0 to 255 are fed as they are",
        meaning="The images are not scaled before the first layer.",
        wrong=f"{_NET}\ndata {{ name = mnist; scale = none }}",
        right=f"{_NET}\ndata {{ name = mnist; scale = standardize }}",
        remedy="Write `scale = standardize`: mean 0 and variance 1, fitted on the training images.",
        why="""Initial weights are drawn for inputs of about 1. With 255 the first outputs are hundreds of times too
            large, and so are the first steps.""",
    ),
    Entry(
        code="D508",
        severity="warning",
        title="The same images are in two parts",
        meaning="""Some images to train on are, byte for byte, among those to validate or test on. It is a warning:
            published data sets are what they are.""",
        wrong=_with_files(_idx(40, 28, 28), _idx(40, values="".join(map(chr, range(10))) * 4)),
        right=_run(),
        remedy="Remove them from one of the two.",
        why="What was seen in training is recognised, not understood: the test then measures memory.",
    ),
    Entry(
        code="D509",
        severity="error",
        title="The file and the data disagree about the images",
        meaning="The `input` line states another shape than the images have.",
        wrong=_run(text=f"input 1x32x32\n{_NET.strip()}"),
        right=_run(text=f"input 1x28x28\n{_NET.strip()}"),
        remedy="Write the shape of the images, leave the line out, or name other data.",
        why="The first layer has weights for one number of channels, the first FC for one size.",
    ),
    Entry(
        code="D510",
        severity="error",
        title="A file of data or weights is damaged",
        meaning="It ends too early, goes on too long, or its content does not match its checksum.",
        wrong=_with_files(_idx(20, 28, 28, values="\0"), _idx(20)),
        right=_run(),
        remedy="Download or copy it again.",
        why="Half a data set trains without a complaint, on half of the images.",
    ),
    Entry(
        code="D511",
        severity="error",
        title="A file of another format",
        meaning="The first bytes are not those of the format that belongs here.",
        wrong=_with_files("an image of a seven", _idx(20)),
        right=_run(),
        remedy="Check that this is the file that was meant. Pickles are not opened: name the binary archive instead.",
        why="A web page that says `not found`, saved as .gz, is a common beginning of a strange result.",
    ),
    Entry(
        code="D512",
        severity="error",
        title="Images and labels differ in number",
        meaning="Each image has one label, in the same order in two files. These two do not belong together.",
        wrong=_with_files(_idx(2, 28, 28), _idx(3)),
        right=_run(),
        remedy="Take both files from the same download.",
        why="Labels shifted by one teach every image the class of its neighbour.",
    ),
    Entry(
        code="D513",
        severity="error",
        title="A label that is no class",
        meaning="A label is larger than the data set has classes. The message names the first.",
        wrong=_with_files(_idx(1, 28, 28), _idx(1, values="\x0b")),
        right=_run(),
        remedy="Check that images and labels are of the data set that was named.",
        why="One wrong label shows that the others cannot be trusted either.",
    ),
    Entry(
        code="D514",
        severity="error",
        title="One's own images make no classes to tell apart",
        meaning="""There is one class only, or none; a class has no images; or one to validate or test on is not among
            those to train on.""",
        wrong=_run("--data labels.csv", files=(("labels.csv", "1.png,cat\n2.png,cat\n"),)),
        right=_run(),
        remedy="""A folder for each class, with images in it, the same below `train`, `valid` and `test`; or a table
            that has two labels at least.""",
        why="A folder too many, or one at the wrong place, is a class that can neither be learnt nor predicted.",
    ),
    Entry(
        code="D515",
        severity="error",
        title="A number that is no pixel",
        meaning="""Pixels are from 0 to 255, or as floats from 0 to 1. An array holds another number, or NaN; the
            message names the first image that has one.""",
        remedy="Bring the images to one of the two ranges before they are saved.",
        why="""What is scaled already, with mean 0 say, would be cut off at 0 without a word; and one NaN is enough for
            every weight to become NaN.""",
    ),
)

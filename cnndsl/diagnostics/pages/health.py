"""H: what an examination finds before a network is trained."""

from __future__ import annotations

from cnndsl.diagnostics.entry import Entry, Example

_DATA = "data { name = mnist; train = 200; valid = 50 }"
_NET = f"""
Flatten
FC 20
ReLU
FC 10
{_DATA}
"""
_BLOCKS = f"Flatten\nFC 20\nrepeat 12 {{\nresidual {{\nReLU\nFC 20\n}}\n}}\nFC 10\n{_DATA}"
_NAMES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
_IMAGES = 40


def _doctor(text: str = _NET, options: str = "", files: tuple[tuple[str, str], ...] = ()) -> Example:
    return Example(text, f"doctor model.txt {options}".strip(), files)


def _labelled(labels: str) -> Example:
    """An examination of files of MNIST's form with these labels; their images are stripes, each unlike the others."""
    header = f"\0\0\x08\x03\0\0\0{chr(_IMAGES)}\0\0\0\x1c\0\0\0\x1c"
    stripes = "".join(
        chr((pixel * (image + 3) + image * image) % 128) for image in range(_IMAGES) for pixel in range(28 * 28)
    )
    contents = (header + stripes, f"\0\0\x08\x01\0\0\0{chr(_IMAGES)}{labels}")
    files = zip((f"mnist/{name}" for name in _NAMES), contents * 2, strict=True)
    data = "data { name = mnist; train = 32; valid = 8; test = 8; balance = false }"
    return _doctor(_NET.replace(_DATA, data), "--data-dir mnist --lr 0.05", tuple(files))


ENTRIES = (
    Entry(
        code="H901",
        severity="error",
        title="Values of the images are no numbers",
        meaning="Some values that reach the first layer are NaN (not a number) or infinite.",
        remedy="Find them where the images are made, often a division by 0; replace them, or leave those images out.",
        why="NaN in one pixel makes the loss NaN, and one such step makes all weights NaN.",
    ),
    Entry(
        code="H902",
        severity="warning",
        title="A channel has the same value in every image",
        meaning="A channel of the images is constant over all that were looked at.",
        remedy="See whether the images were read as they are: an alpha channel, a wrong order of axes, an empty file.",
        why="Nothing can be learnt from it, and it often means that something else was meant to be there.",
    ),
    Entry(
        code="H903",
        severity="warning",
        title="The images are not scaled",
        meaning="""The root mean square of what reaches the first layer is above 5 or below 0.02. It should be about
            1.""",
        remedy="Write `scale = standardize` into the `data` section.",
        why="""Initial weights and usual learning rates are made for inputs of about 1; with others, so are the first
            outputs and the first steps.""",
    ),
    Entry(
        code="H911",
        severity="error",
        title="All images are of one class",
        meaning="The labels of the training images are all the same.",
        wrong=_labelled("\0" * _IMAGES),
        right=_doctor(),
        remedy="See whether the labels were read as they are, and whether the training images were sorted by class.",
        why="There is nothing to tell apart: the network learns to give one answer, and is always right.",
    ),
    Entry(
        code="H912",
        severity="warning",
        title="Some classes are rare",
        meaning="""A class has less than a tenth of the training images of the most frequent one, or none. Classes that
            the images do not have at all are named too.""",
        wrong=_labelled("".join(chr(number % 9) for number in range(_IMAGES))),
        right=_doctor(),
        remedy="""Write `balance = true` in `data`, which draws as many of each, or give the loss `weights=[...]`; add
            images.""",
        why="Accuracy hides a class that is never recognised, and a mean loss hardly notices it; macro F1 shows it.",
    ),
    Entry(
        code="H913",
        severity="warning",
        title="The labels seem to have nothing to do with the images",
        meaning="""For each validation image the most similar training image was looked up. It is of the same class no
            more often than chance would have it, within three standard deviations.""",
        remedy="""See whether images and labels are in the same order: shuffled apart, or one of them sorted. If they
            are, the task is one where similar pixels mean nothing.""",
        why="""A network can learn such labels by heart, so the training loss falls as it should; only on new images it
            shows that nothing was learnt.""",
    ),
    Entry(
        code="H921",
        severity="error",
        title="The loss starts far above that of guessing",
        meaning="""Before the first step a network should know nothing, and say so: with cross-entropy its loss is near
            ln(classes), 2.3026 for ten. This one starts more than ten times higher, or at NaN.""",
        wrong=_doctor(_BLOCKS),
        right=_doctor(_BLOCKS.replace("FC 20\n}", "FC 20 bias=false\nBatchNorm\n}")),
        remedy="""Scale the images; initialise with `he_normal`; put `BatchNorm` where values grow, above all into
            residual blocks.""",
        why="""A loss of 100 is a network that is sure and wrong. Its first steps go to undoing that, with gradients
            that are as much too large.""",
    ),
    Entry(
        code="H922",
        severity="error",
        title="All units of a layer are dead",
        meaning="""No unit of an activation gives anything but one and the same value, whatever the image: a ReLU whose
            inputs are all negative, a Sigmoid at its end.""",
        wrong=_doctor(_NET.replace("FC 20", "FC 20 init=-0.1").replace("valid", "scale = unit; valid")),
        right=_doctor(_NET.replace("valid", "scale = unit; valid")),
        remedy="""Look at the weights and biases above: not all 0, not all negative; images with mean 0
            (`scale = standardize`); `init = he_normal`.""",
        why="Nothing of the image gets past this layer, and no gradient gets back: it stays so.",
    ),
    Entry(
        code="H923",
        severity="warning",
        title="Many units of a layer are dead",
        meaning="More than half of an activation's units give the same value for every image of a batch of 64.",
        remedy="""Initialise with `he_normal`, scale the images to mean 0, lower the learning rate, or use LeakyReLU,
            whose slope is never 0.""",
        why="A dead unit of a ReLU has gradient 0 and stays dead: the layer is as wide as what is left.",
    ),
    Entry(
        code="H931",
        severity="error",
        title="No gradient reaches a layer",
        meaning="The gradient by a layer's weights is 0 at the start, and still is after a few steps.",
        wrong=_doctor(_NET.replace("20\nReLU", "20 init=zeros\nLayerNorm").replace("10\n", "10 init=zeros\n")),
        right=_doctor(_NET.replace("20\nReLU", "20\nLayerNorm")),
        remedy="Let not all weights below it start at 0, and look for dead units below it.",
        why="What has no gradient never changes: the layer stays what it was drawn as.",
    ),
    Entry(
        code="H932",
        severity="warning",
        title="The gradient vanishes",
        meaning="""The gradient by a layer's weights, as a share of these, is less than a ten-thousandth of what it is
            in another layer.""",
        wrong=_doctor(
            "Flatten\nbranch concat {\npath {\nFC 20\nReLU\n}\npath {\nrepeat 8 {\nFC 8\nSigmoid\n}\n}\n}\nFC 10\n"
            + _DATA
        ),
        right=_doctor(
            "Flatten\nbranch concat {\npath {\nFC 20\nReLU\n}\npath {\nrepeat 8 {\nFC 8\nReLU\n}\n}\n}\nFC 10\n" + _DATA
        ),
        remedy="""Use ReLU and its kin between layers; `BatchNorm`; a `residual` around what lies between the layer and
            the loss.""",
        why="""A Sigmoid passes on a quarter of a gradient at most, so that ten of them leave a millionth. The first
            layers then stay at what was drawn.""",
    ),
    Entry(
        code="H933",
        severity="warning",
        title="The gradient is many times the weights",
        meaning="The gradient by a layer's weights is more than a hundred times as large as these.",
        wrong=_doctor(_NET.replace("FC 20", "FC 20 init=1e-5 bias=false\nBatchNorm")),
        right=_doctor(_NET.replace("FC 20", "FC 20 bias=false\nBatchNorm")),
        remedy="""Start with larger weights (`init = he_normal`) where they are small, with smaller ones where the
            values grow from layer to layer; limit the gradient with `clip = norm(1)`.""",
        why="A step along it replaces the weights rather than improving them.",
    ),
    Entry(
        code="H941",
        severity="error",
        title="One batch cannot be learnt by heart",
        meaning="""Trained on one and the same batch again and again, the network does not come to name 95 % of its
            images.""",
        wrong=_doctor(_NET.replace("FC 20", "Dropout 0.9\nFC 20\nDropout 0.9")),
        right=_doctor(),
        remedy="""Give it more filters or units, and less Dropout; see that no layer that matters is `frozen`; look at
            the gradients of the layers.""",
        why="Who cannot learn 32 images will not learn thousands. The test takes seconds and finds most mistakes.",
    ),
    Entry(
        code="H942",
        severity="error",
        title="The learning rate is too high",
        meaning="""In a range test (Smith, 2017) the rate grows at each step. The one that the network is to be trained
            at is beyond that at which the loss was back where guessing has it; or its own first steps, if it is above
            what the test suggests, do not get below that.""",
        wrong=_doctor(options="--lr 50"),
        right=_doctor(options="--lr 0.003"),
        remedy="""Take the rate that is suggested, a tenth of that at which the loss had fallen furthest, or let the
            rate grow for some epochs: `cosine(warmup=1)`.""",
        why="Steps that are too long leap over the valley: the loss jumps about, or leaves what numbers can hold.",
    ),
    Entry(
        code="H943",
        severity="warning",
        title="The learning rate is very low",
        meaning="It is less than a hundredth of what a range test (Smith, 2017) suggests.",
        wrong=_doctor(options="--lr 0.000001"),
        right=_doctor(options="--lr 0.003"),
        remedy="Take the rate that is suggested, a tenth of that at which the loss had fallen furthest.",
        why="With steps that short a run ends long before it has arrived, and looks as if nothing could be learnt.",
    ),
)

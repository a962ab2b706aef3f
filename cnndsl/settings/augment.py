"""What may be done to a training image, each time it is seen. Sizes are in pixels, ``p`` is how often it is done.

Zeros are what the network sees as 0: under ``scale = standardize`` the mean of the training images, which is what a
convolution pads with. Where pixels are counted from black to white, black is 0 and white 1.
"""

from __future__ import annotations

from cnndsl.layers._fields import Real, Whole, Words
from cnndsl.settings._domains import INSIDE, POSITIVE, SHARE, Constructors
from cnndsl.settings._fields import setting, settings_spec

_OFTEN = "the share of images it is done to"
_BETA = Real(0.01, 100)


@settings_spec
class Pad:
    """Rows and columns are added on all four sides."""

    width: int = setting("how many on each side", Whole(1, 1_000))
    mode: str = setting("zeros, or the image mirrored at its edge", Words(("zeros", "reflect")), "zeros")


@settings_spec
class RandomCrop:
    """A square is cut out at a place drawn anew."""

    size: int = setting("the side of the square", Whole(1, 10_000))


@settings_spec
class FlipX:
    """Left and right are exchanged."""

    p: float = setting(_OFTEN, SHARE, 0.5)


@settings_spec
class FlipY:
    """Top and bottom are exchanged."""

    p: float = setting(_OFTEN, SHARE, 0.5)


@settings_spec
class Rotate:
    """The image is turned about its middle by an angle drawn from ``[-degrees, degrees]``; corners become zeros.

    Bilinear between pixels, as Keras; torchvision takes the nearest unless it is told otherwise.
    """

    degrees: float = setting("the largest angle", Real(0, 180, open_low=True))
    p: float = setting(_OFTEN, SHARE, 1.0)


@settings_spec
class Shift:
    """The image is moved by up to ``pixels`` in both directions; what becomes free is zeros."""

    pixels: int = setting("the longest way", Whole(1, 1_000))
    p: float = setting(_OFTEN, SHARE, 1.0)


@settings_spec
class Scale:
    """The image is enlarged about its middle by a factor drawn from ``[1 - by, 1 + by]``; what becomes free is zeros.

    Its size stays. Bilinear between pixels.
    """

    by: float = setting("the largest change", INSIDE)
    p: float = setting(_OFTEN, SHARE, 1.0)


@settings_spec
class Noise:
    """Normal noise is added to each pixel, which stays between black and white."""

    std: float = setting("its standard deviation, white being 1", POSITIVE)
    p: float = setting(_OFTEN, SHARE, 1.0)


@settings_spec
class Cutout:
    """A square becomes zeros (DeVries and Taylor, 2017).

    Its middle is any pixel of the image, so that parts of it may lie outside.
    """

    size: int = setting("the side of the square", Whole(1, 10_000))
    p: float = setting(_OFTEN, SHARE, 1.0)


@settings_spec
class Brightness:
    """Pixels, black being 0, are multiplied by a factor drawn from ``[1 - by, 1 + by]``, and white is the most."""

    by: float = setting("the largest change", Real(0, 1, open_low=True))
    p: float = setting(_OFTEN, SHARE, 1.0)


@settings_spec
class Contrast:
    """Differences from the image's mean are multiplied by a factor drawn from ``[1 - by, 1 + by]``.

    Pixels stay between black and white. The mean is that of all channels; torchvision's is that of the image in grey.
    """

    by: float = setting("the largest change", Real(0, 1, open_low=True))
    p: float = setting(_OFTEN, SHARE, 1.0)


@settings_spec
class MixUp:
    """The image and its label are mixed with those of another of the batch, by a share from ``Beta(alpha, alpha)``.

    Zhang et al., 2018. The other is the one before, as in torchvision; the share is drawn for each image.
    """

    alpha: float = setting("1: any share is as likely; less: shares near 0 and 1 are likelier", _BETA, 0.2)
    p: float = setting(_OFTEN, SHARE, 1.0)


@settings_spec
class CutMix:
    """A rectangle is replaced by that of another image of the batch, and the label by as large a share of its label.

    Yun et al., 2019: the share is drawn from ``Beta(alpha, alpha)``, the middle is any pixel, and what would lie
    outside of the image is not counted. The other image is the one before, as in torchvision.
    """

    alpha: float = setting("1: any share is as likely; less: shares near 0 and 1 are likelier", _BETA, 1.0)
    p: float = setting(_OFTEN, SHARE, 1.0)


_CLASSES = (
    *(Pad, RandomCrop, FlipX, FlipY, Rotate, Shift, Scale),
    *(Noise, Cutout, Brightness, Contrast, MixUp, CutMix),
)
Operation = (
    Pad | RandomCrop | FlipX | FlipY | Rotate | Shift | Scale | Noise | Cutout | Brightness | Contrast | MixUp | CutMix
)
AUGMENTATIONS = Constructors(_CLASSES, lines=True)

"""What may be done to a training image, each time it is seen. Sizes are in pixels, ``p`` is how often it is done."""

from __future__ import annotations

from cnndsl.layers._fields import Real, Whole, Words
from cnndsl.settings._domains import INSIDE, POSITIVE, SHARE, Constructors
from cnndsl.settings._fields import setting, settings_spec

_OFTEN = "the share of images it is done to"


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
    """The image is turned about its middle by an angle drawn from ``[-degrees, degrees]``; corners become zeros."""

    degrees: float = setting("the largest angle", Real(0, 180, open_low=True))
    p: float = setting(_OFTEN, SHARE, 1.0)


@settings_spec
class Shift:
    """The image is moved by up to ``pixels`` in both directions; what becomes free is zeros."""

    pixels: int = setting("the longest way", Whole(1, 1_000))
    p: float = setting(_OFTEN, SHARE, 1.0)


@settings_spec
class Scale:
    """The image is enlarged about its middle by a factor drawn from ``[1 - by, 1 + by]``."""

    by: float = setting("the largest change", INSIDE)
    p: float = setting(_OFTEN, SHARE, 1.0)


@settings_spec
class Noise:
    """Normal noise is added to each pixel."""

    std: float = setting("its standard deviation, white being 1", POSITIVE)
    p: float = setting(_OFTEN, SHARE, 1.0)


@settings_spec
class Cutout:
    """A square at a place drawn anew becomes zeros (DeVries and Taylor, 2017)."""

    size: int = setting("the side of the square", Whole(1, 10_000))
    p: float = setting(_OFTEN, SHARE, 1.0)


@settings_spec
class Brightness:
    """Pixels are multiplied by a factor drawn from ``[1 - by, 1 + by]``."""

    by: float = setting("the largest change", Real(0, 1, open_low=True))
    p: float = setting(_OFTEN, SHARE, 1.0)


@settings_spec
class Contrast:
    """Differences from the image's mean are multiplied by a factor drawn from ``[1 - by, 1 + by]``."""

    by: float = setting("the largest change", Real(0, 1, open_low=True))
    p: float = setting(_OFTEN, SHARE, 1.0)


Operation = Pad | RandomCrop | FlipX | FlipY | Rotate | Shift | Scale | Noise | Cutout | Brightness | Contrast
AUGMENTATIONS = Constructors(
    (Pad, RandomCrop, FlipX, FlipY, Rotate, Shift, Scale, Noise, Cutout, Brightness, Contrast), lines=True
)

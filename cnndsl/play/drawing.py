"""From what is on the page's canvas to an image as the network was trained on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL import Image

_LONGEST = 280  # side of the canvas, pixels
_INK = 16  # brightness from which a point belongs to a drawing
_BOX = 20 / 28  # share of the image that MNIST's digits are scaled to


def canvas_size(shape: tuple[int, ...]) -> tuple[int, int]:
    """(width, height) of the canvas for images ``(C, H, W)``."""
    _, height, width = shape
    longest = max(height, width)
    return max(1, round(_LONGEST * width / longest)), max(1, round(_LONGEST * height / longest))


def from_canvas(rgba: bytes, shape: tuple[int, ...], *, centre: bool) -> NDArray[np.uint8]:
    """The canvas' points, rows of RGBA, as an image ``(C, H, W)``; what is transparent counts as black.

    With ``centre`` a drawing is prepared as MNIST's digits were: scaled so that it fits a box of 20 of 28 points, then
    moved so that its centre of mass is in the middle.

    Raises ``ValueError`` where the bytes are not a whole canvas.
    """
    from PIL import Image

    channels, height, width = shape
    size = canvas_size(shape)
    if len(rgba) != 4 * size[0] * size[1]:
        raise ValueError(f"a canvas of {size[0]}x{size[1]} is {4 * size[0] * size[1]:,} bytes, these are {len(rgba):,}")
    drawn = Image.frombytes("RGBA", size, rgba)
    paper = Image.new("RGBA", size, "black")
    paper.alpha_composite(drawn)
    if channels == 3:
        small = paper.convert("RGB").resize((width, height), Image.Resampling.BOX)
        return np.ascontiguousarray(np.moveaxis(np.asarray(small), -1, 0))
    grey = paper.convert("L")
    one = centred(grey, width, height) if centre else np.asarray(grey.resize((width, height), Image.Resampling.BOX))
    return np.repeat(one[None], channels, axis=0)


def centred(grey: Image.Image, width: int, height: int) -> NDArray[np.uint8]:
    """A bright drawing on black, ``(height, width)``: fitted into the box, its centre of mass in the middle."""
    from PIL import Image

    box = grey.point(lambda value: 255 * (value >= _INK)).getbbox()
    image = np.zeros((height, width), np.uint8)
    if box is None:
        return image
    cut = grey.crop(box)
    scale = min(_BOX * width / cut.width, _BOX * height / cut.height)
    size = max(1, round(cut.width * scale)), max(1, round(cut.height * scale))
    small = np.asarray(cut.resize(size, Image.Resampling.BOX))
    mass = small.astype(np.float64)
    rows, columns = np.indices(small.shape)
    top = _place((rows * mass).sum() / max(mass.sum(), 1), small.shape[0], height)
    left = _place((columns * mass).sum() / max(mass.sum(), 1), small.shape[1], width)
    image[top : top + small.shape[0], left : left + small.shape[1]] = small
    return image


def _place(middle: float, length: int, room: int) -> int:
    """Where a stretch begins whose middle of mass is to be in the middle of the room, which it does not leave."""
    return max(0, min(room - length, round((room - 1) / 2 - middle)))

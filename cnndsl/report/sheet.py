"""A sheet of pictures as PNG bytes: a row an image, a caption below. Pillow is imported where it draws."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SIDE, _GAP, _LINE = 96, 6, 16  # pixels: of a picture at least, between two, of a line of text


def sheet(pictures: NDArray[Any], caption: Sequence[str]) -> bytes:
    """Pictures, uint8 ``(rows, columns, C, H, W)`` with one or three channels, and lines of text below them."""
    from PIL import Image, ImageDraw

    rows, columns, _, height, width = pictures.shape
    times = max(1, _SIDE // max(height, width))
    across, down = times * width + _GAP, times * height + _GAP
    lines = len(caption) * _LINE
    canvas = Image.new("RGB", (columns * across + _GAP, rows * down + 2 * _GAP + lines), "white")
    large = np.repeat(np.repeat(pictures, times, axis=3), times, axis=4)
    for row, column in np.ndindex(rows, columns):
        channels_last = np.broadcast_to(np.moveaxis(large[row, column], 0, -1), (*large.shape[3:], 3))
        picture = Image.fromarray(np.ascontiguousarray(channels_last))
        canvas.paste(picture, (_GAP + column * across, _GAP + row * down))
    pen = ImageDraw.Draw(canvas)
    for number, line in enumerate(caption):
        pen.text((_GAP, rows * down + _GAP + number * _LINE), line, fill="black")
    file = io.BytesIO()
    canvas.save(file, "PNG")
    return file.getvalue()

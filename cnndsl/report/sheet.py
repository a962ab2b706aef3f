"""A sheet of pictures as PNG bytes: a row an image, a caption below. Pillow is imported where it draws."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

_SIDE, _GAP, _LINE = 96, 6, 16  # pixels: of a picture at least, between two, of a line of text


def sheet(pictures: NDArray[Any], caption: Sequence[str]) -> bytes:
    """Pictures, uint8 ``(rows, columns, C, H, W)`` with one or three channels, and lines of text below them."""
    from PIL import Image, ImageDraw

    rows, columns, _, height, width = pictures.shape
    times = _times(height, width)
    across, down = times * width + _GAP, times * height + _GAP
    lines = len(caption) * _LINE
    canvas = Image.new("RGB", (columns * across + _GAP, rows * down + 2 * _GAP + lines), "white")
    for row, column in np.ndindex(rows, columns):
        canvas.paste(_enlarged(pictures[row, column], times), (_GAP + column * across, _GAP + row * down))
    pen = ImageDraw.Draw(canvas)
    for number, line in enumerate(caption):
        pen.text((_GAP, rows * down + _GAP + number * _LINE), line, fill="black")
    return _png(canvas)


def labelled_rows(rows: Sequence[tuple[str, NDArray[Any]]]) -> bytes:
    """Rows of pictures, uint8 ``(n, C, H, W)`` each of any length, below a line of text that belongs to each."""
    from PIL import Image, ImageDraw

    _, _, height, width = rows[0][1].shape
    times = _times(height, width)
    across, down = times * width + _GAP, times * height + _LINE + _GAP
    columns = max(3, *(len(pictures) for _, pictures in rows))
    canvas = Image.new("RGB", (columns * across + _GAP, len(rows) * down + _GAP), "white")
    pen = ImageDraw.Draw(canvas)
    for row, (text, pictures) in enumerate(rows):
        pen.text((_GAP, _GAP + row * down), text, fill="black")
        for column, picture in enumerate(pictures):
            canvas.paste(_enlarged(picture, times), (_GAP + column * across, _GAP + row * down + _LINE))
    return _png(canvas)


def _times(height: int, width: int) -> int:
    return max(1, _SIDE // max(height, width))


def _enlarged(picture: NDArray[Any], times: int) -> Image:
    """A picture, uint8 ``(C, H, W)``, with squares for pixels."""
    from PIL import Image

    large = np.repeat(np.repeat(picture, times, axis=1), times, axis=2)
    channels_last = np.broadcast_to(np.moveaxis(large, 0, -1), (*large.shape[1:], 3))
    return Image.fromarray(np.ascontiguousarray(channels_last))


def _png(canvas: Image) -> bytes:
    file = io.BytesIO()
    canvas.save(file, "PNG")
    return file.getvalue()

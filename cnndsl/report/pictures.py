"""Arrays as PNG files, for pages. Pillow is imported where it draws."""

from __future__ import annotations

import io
from base64 import b64encode
from math import ceil, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Stops of the scales: from nothing to the most, and from the least over nothing to the most.
_SEQUENTIAL = ((13, 17, 38), (62, 45, 122), (168, 55, 120), (240, 115, 80), (253, 200, 110), (255, 250, 215))
_DIVERGING = ((12, 74, 140), (88, 152, 214), (244, 245, 247), (236, 146, 84), (158, 58, 12))
_STRIP = (20, 64)  # numbers of a vector in a row, at least and at most, where there are so many
_MOST_NUMBERS = 2048


def png(pixels: NDArray[np.uint8]) -> bytes:
    """A picture ``(H, W)`` in grey, ``(H, W, 3)`` in colour, or ``(H, W, 4)`` with transparency."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(file, "PNG", optimize=True)
    return file.getvalue()


def picture(image: NDArray[np.uint8]) -> bytes:
    """An image ``(C, H, W)`` as it looks: in colour if it has three channels, else its first one in grey."""
    return png(np.moveaxis(image, 0, -1) if len(image) == 3 else image[0])


def stacked(image: NDArray[np.uint8]) -> bytes:
    """An image ``(C, H, W)`` of any number of channels, which stand below one another; nothing is lost."""
    return png(image.reshape(-1, image.shape[-1]))


def unstacked(data: bytes, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """The image ``(C, H, W)`` that :func:`stacked` wrote; ``ValueError`` where it is no such PNG."""
    from PIL import Image

    channels, height, width = shape
    with Image.open(io.BytesIO(data), formats=["PNG"]) as file:
        if file.size != (width, channels * height) or file.mode != "L":
            raise ValueError("the image is not of the network's shape")
        return np.asarray(file).reshape(shape)


def data_uri(data: bytes) -> str:
    """A PNG file as the address of an image."""
    return f"data:image/png;base64,{b64encode(data).decode()}"


def maps(values: NDArray[Any], *, columns: int = 8, most: int = 24) -> NDArray[np.uint8]:
    """Maps ``(C, H, W)`` side by side, or a vector ``(F,)`` in rows, as one picture ``(H, W, 4)``.

    Black is nothing and light the most, where nothing is negative; else white is nothing, blue below it, orange above.
    All have one scale. Of many maps the first ``most`` are drawn; between them is a transparent pixel.
    """
    if values.ndim == 1 or values.shape[1:] == (1, 1):
        return _strip(values.ravel())
    return tiles(coloured(values[:most]), columns)


def tiles(pictures: NDArray[np.uint8], columns: int) -> NDArray[np.uint8]:
    """Pictures ``(K, H, W, 4)`` in rows of at most so many, a transparent pixel apart."""
    columns = min(columns, len(pictures), max(1, ceil(sqrt(2 * len(pictures)))))
    rows, (height, width) = -(-len(pictures) // columns), pictures.shape[1:3]
    sheet = np.zeros((rows * (height + 1) - 1, columns * (width + 1) - 1, 4), np.uint8)
    for number, tile in enumerate(pictures):
        y, x = number // columns * (height + 1), number % columns * (width + 1)
        sheet[y : y + height, x : x + width] = tile
    return sheet


def _strip(vector: NDArray[Any]) -> NDArray[np.uint8]:
    vector = vector[:_MOST_NUMBERS]
    least, most = _STRIP
    width = min(len(vector), max(least, min(most, 2 * ceil(sqrt(len(vector))))))
    rows = -(-len(vector) // width)
    sheet = np.zeros((rows * width, 4), np.uint8)
    sheet[: len(vector)] = coloured(vector)
    return sheet.reshape(rows, width, 4)


def coloured(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Each number as a colour: red, green, blue and no transparency on a new last axis. All have one scale."""
    values = np.nan_to_num(values.astype(np.float64))
    largest = float(abs(values).max(initial=0.0)) or 1.0
    signed = bool(values.min(initial=0.0) < 0)
    places = (values / largest + 1) / 2 if signed else values / largest
    stops = np.array(_DIVERGING if signed else _SEQUENTIAL, np.float64)
    known = np.linspace(0, 1, len(stops))
    channels = [np.interp(places, known, stops[:, channel]) for channel in range(3)]
    return np.stack([*channels, np.full(values.shape, 255.0)], axis=-1).round().astype(np.uint8)

"""Folders of small pictures, whose class and number can be told from their pixels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from PIL import Image


def picture(label: int, number: int, *, size: tuple[int, int] = (8, 6)) -> Image.Image:
    """A grey of the class, with a corner that says which one it is; ``size`` is width and height."""
    pixels = np.full((size[1], size[0], 3), (40 + 60 * label) % 256, np.uint8)
    pixels[0, 0] = number % 256, number // 256, label
    return Image.fromarray(pixels)


def folder_of(root: Path, counts: Mapping[str, int], *, sizes: Iterable[tuple[int, int]] = ((8, 6),)) -> Path:
    """A folder with so many pictures in the folder of each class, PNG and JPEG by turns, in these sizes by turns."""
    sizes = tuple(sizes)
    for label, (name, count) in enumerate(counts.items()):
        (root / name).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            path = root / name / f"{number:03}.{'jpg' if number % 2 else 'png'}"
            picture(label, number, size=sizes[number % len(sizes)]).save(path)
    return root

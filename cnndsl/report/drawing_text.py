"""How wide text is, without a font: more than in any common sans serif, so that what is said to fit does."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import east_asian_width

_NARROW = frozenset("iIjl.,:;'|!ftr()[]/ -")
_WIDE = frozenset("mwMW@%")


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """An upper estimate in pixels, ``size`` being that of the font."""
    return sum(map(_share, text)) * size * (1.08 if bold else 1.0)


def _share(character: str) -> float:
    if character in _NARROW:
        return 0.42
    if character in _WIDE:
        return 0.98
    if not character.isascii():
        return 1.05 if east_asian_width(character) in {"W", "F"} else 0.9
    return 0.74 if character.isupper() else 0.65


def fit(text: str, room: float, size: float, *, bold: bool = False) -> str:
    """The text, without as much of its middle as it takes to fit."""
    if text_width(text, size, bold=bold) <= room:
        return text
    low, high = 0, len(text)  # characters that stay; the longest that fits is found by halving
    while low < high:
        keep = (low + high + 1) // 2
        if text_width(shorten(text, keep), size, bold=bold) <= room:
            low = keep
        else:
            high = keep - 1
    return shorten(text, low)


def shorten(text: str, length: int, mark: str = "…") -> str:
    """The text in at most ``length`` characters, a mark standing for its middle."""
    if len(text) <= length:
        return text
    room = max(0, length - len(mark))
    head = room // 2
    return f"{text[:head]}{mark}{text[len(text) - room + head :]}"[:length]


def shorten_path(path: str, length: int, mark: str = "…") -> str:
    """The path in at most ``length`` characters: its first and its last parts, or its last, or some characters."""
    first, *rest = path.split("/")
    shorter = ["/".join([first, mark, *rest[at:]]) for at in range(1, len(rest))]
    last = [f"{mark}/{rest[-1]}"] if rest else []
    return next((each for each in (path, *shorter, *last) if len(each) <= length), shorten(path, length, mark))


def wrapped(widths: Sequence[float], room: float, between: float) -> list[list[int]]:
    """Numbers of things by lines that have room for them; what has room nowhere has a line of its own."""
    lines: list[list[int]] = []
    used = 0.0
    for number, width in enumerate(widths):
        if lines and used + between + width <= room:
            lines[-1].append(number)
            used += between + width
        else:
            lines.append([number])
            used = width
    return lines
